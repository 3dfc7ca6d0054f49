import type { AssociationChange } from './block-changes.ts';
import { openEndMs, type RowOf } from './rows.ts';

export type AssociationRow = RowOf<'associations'> & {
  readonly parent: string;
  readonly child: string;
  readonly from_event: string;
  readonly from_ms: number;
};

/**
 * Moves associations on by the events of a block, in the order of their commits.
 *
 * @param open associations without an end, of all parents that the changes name
 * @returns those that are new or changed
 */
export function foldAssociations(
  changes: readonly AssociationChange[],
  open: readonly AssociationRow[],
): AssociationRow[] {
  const current = new Map(open.map((row) => [keyOf(row.parent, row.child), row]));
  const changed = new Map<string, AssociationRow>();
  const put = (row: AssociationRow) => changed.set(`${keyOf(row.parent, row.child)}\u0000${row.from_event}`, row);
  for (const { action, parent, children, event, timeMs } of changes) {
    if (action === 'join') {
      for (const child of children) {
        if (current.has(keyOf(parent, child))) continue;
        const row = { parent, child, from_ms: timeMs, to_ms: openEndMs, from_event: event, to_event: null };
        current.set(keyOf(parent, child), row);
        put(row);
      }
      continue;
    }
    const parted =
      children.length > 0
        ? children
        : [...current.values()].filter((row) => row.parent === parent).map((row) => row.child);
    for (const child of parted) {
      const row = current.get(keyOf(parent, child));
      if (!row) continue;
      current.delete(keyOf(parent, child));
      put({ ...row, to_ms: Math.max(row.from_ms, timeMs), to_event: event });
    }
  }
  return [...changed.values()];
}

function keyOf(parent: string, child: string): string {
  return `${parent}\u0000${child}`;
}
