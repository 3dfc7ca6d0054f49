import type { ScopeLine, TransactionInput } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Committed } from '../ledger/submit.ts';
import type { Store } from '../store/store.ts';

/** Why a scope grows in parts that was frozen as a whole. */
export const restReason = 'the next part of the scope as it was frozen';

export interface HoldParts {
  readonly store: Store;
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly clock: Clock;
  /** Lots that one transaction takes into a recall. */
  readonly lotsPerTransaction: number;
}

/** A committed step of a recall: of the version that it made, or that it is about. */
export type Step = Pick<Committed, 'transactionId' | 'block'>;

/** Opens a recall with as many of its lots as one transaction takes. Throws as `Ledger.submit`. */
export async function openOnLedger(parts: HoldParts, recall: TransactionInput<'recall:Open'>['recall']): Promise<Step> {
  const committed = await parts.ledger.submit('recall:Open', { recall });
  await noteHold(parts, recall.recallId, committed.result.version);
  return committed;
}

/** Changes a scope by one transaction. Throws as `Ledger.submit`. */
export async function changeOnLedger(parts: HoldParts, change: TransactionInput<'recall:ChangeScope'>): Promise<Step> {
  const committed = await parts.ledger.submit('recall:ChangeScope', change);
  if (change.add.length > 0) await noteHold(parts, change.recallId, committed.result.version);
  return committed;
}

/**
 * Takes the rest of a frozen scope in, part by part: each as soon as the one before is committed, whether it is projected or
 * not, since until then its lots can move. Throws as `Ledger.submit`; parts that are on the ledger by then stay there.
 */
export async function takeInRest(
  parts: HoldParts,
  recallId: string,
  lines: readonly ScopeLine[],
): Promise<Step | null> {
  let last: Step | null = null;
  for (let start = 0; start < lines.length; start += parts.lotsPerTransaction) {
    last = await changeOnLedger(parts, {
      recallId,
      reason: restReason,
      evidence: null,
      add: lines.slice(start, start + parts.lotsPerTransaction).map(({ item, via }) => ({ item, via })),
      remove: [],
      addressees: [],
      outside: [],
    });
  }
  return last;
}

/** A transaction's own time is that of its proposal: when its holds began to count is noted here, seen by who made them. */
function noteHold({ store, clock }: HoldParts, recallId: string, version: number): Promise<void> {
  const heldMs = clock.now();
  return store.writeOwn((_, put) =>
    put({ table: 'recall_holds', row: { recall_id: recallId, version, held_ms: heldMs } }),
  );
}
