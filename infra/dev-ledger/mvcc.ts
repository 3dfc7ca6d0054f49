import { peer } from '@hyperledger/fabric-protos';
import type { KeyRead, RangeRead, ReadWriteSet } from './read-write-set.ts';
import type { StateSnapshot, Version } from './state-store.ts';

const { VALID, MVCC_READ_CONFLICT, PHANTOM_READ_CONFLICT } = peer.TxValidationCode;

/** Writes of the valid transactions of a block so far. */
export class BlockWrites {
  readonly #namespaces = new Map<string, Map<string, { version: Version; value: Uint8Array | undefined }>>();

  has(namespace: string, key: string): boolean {
    return this.#namespaces.get(namespace)?.has(key) ?? false;
  }

  /** Keys written in a range, the end included or not; an empty end that is not included means all that follow. */
  anyIn(namespace: string, start: string, end: string, includeEnd: boolean): boolean {
    for (const key of this.#namespaces.get(namespace)?.keys() ?? []) {
      if (compareKeys(key, start) < 0) continue;
      const toEnd = compareKeys(key, end);
      if (toEnd < 0 || (toEnd === 0 && includeEnd) || (end === '' && !includeEnd)) return true;
    }
    return false;
  }

  add(sets: ReadWriteSet[], version: Version): void {
    for (const { namespace, writes } of sets) {
      const known = this.#namespaces.get(namespace) ?? new Map();
      this.#namespaces.set(namespace, known);
      for (const { key, value } of writes) known.set(key, { version, value });
    }
  }

  *entries() {
    for (const [namespace, writes] of this.#namespaces) {
      for (const [key, { version, value }] of writes) yield { namespace, key, version, value };
    }
  }
}

/**
 * Whether what a transaction read is still so: after the blocks before this one (`committed`) and the valid transactions
 * before it in this block (`earlier`). Multi-version concurrency control as in Fabric
 * (core/ledger/kvledger/txmgmt/validation).
 */
export async function checkReads(
  sets: ReadWriteSet[],
  committed: StateSnapshot,
  earlier: BlockWrites,
): Promise<typeof VALID | typeof MVCC_READ_CONFLICT | typeof PHANTOM_READ_CONFLICT> {
  for (const { namespace, reads, ranges } of sets) {
    if (reads.some((read) => !isCurrent(namespace, read, committed, earlier))) return MVCC_READ_CONFLICT;
    for (const range of ranges) {
      if (!(await isSameRange(namespace, range, committed, earlier))) return PHANTOM_READ_CONFLICT;
    }
  }
  return VALID;
}

function isCurrent(namespace: string, read: KeyRead, committed: StateSnapshot, earlier: BlockWrites): boolean {
  return !earlier.has(namespace, read.key) && sameVersion(committed.get(namespace, read.key)?.version, read.version);
}

async function isSameRange(
  namespace: string,
  range: RangeRead,
  committed: StateSnapshot,
  earlier: BlockWrites,
): Promise<boolean> {
  const { start, end, exhausted, reads } = range;
  if (!exhausted && reads.length === 0) return true;
  // Any write into the range changes a version in it, so there is no need to merge it with the committed keys. The one
  // difference to Fabric: deleting a key in the range that did not exist counts as a phantom here.
  if (earlier.anyIn(namespace, start, end, !exhausted)) return false;
  let position = 0;
  for await (const { key, version } of committed.range(namespace, start, exhausted ? end : `${end}\0`)) {
    const seen = reads[position++];
    if (seen?.key !== key || !sameVersion(seen.version, version)) return false;
  }
  return position === reads.length;
}

function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.transaction === b?.transaction;
}

/** Order of the state store: by bytes of UTF-8. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
