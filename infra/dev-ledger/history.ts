import { envelopesOf } from './block.ts';
import type { Ledger } from './ledger.ts';
import type { Version } from './state-store.ts';
import { parseTransaction } from './transaction.ts';

/** One change of a key; an undefined value means that it was deleted. */
export type KeyModification = { txId: string; timestampMs: number; value: Uint8Array | undefined };

/** Looks up what was written at these versions of a key. The index holds places only; the values are in the blocks. */
export async function* modifications(
  ledger: Pick<Ledger, 'block'>,
  namespace: string,
  key: string,
  versions: AsyncGenerator<Version>,
): AsyncGenerator<KeyModification, void> {
  for await (const version of versions) {
    const block = await ledger.block(version.block);
    const envelope = block && envelopesOf(block)[version.transaction];
    const transaction = envelope && parseTransaction(envelope);
    if (!transaction || 'code' in transaction) continue;
    const set = transaction.action?.sets.find((candidate) => candidate.namespace === namespace);
    const write = set?.writes.find((candidate) => candidate.key === key);
    if (write) yield { txId: transaction.txId, timestampMs: transaction.timestampMs, value: write.value };
  }
}
