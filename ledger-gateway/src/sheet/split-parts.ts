import type { SheetEvent } from './make-events.ts';
import { sheetLimits } from './sheet-limits.ts';

/** Events that go into one transaction. */
export interface Part {
  /** `Part 2 of 3: rows 40 to 81`. */
  readonly name: string;
  readonly events: readonly SheetEvent[];
}

/** Cuts events into as few parts as transactions can take: one where all of them fit. */
export function splitParts(
  events: readonly SheetEvent[],
  {
    maxEventsPerPart,
    maxPartBytes,
  }: { readonly maxEventsPerPart: number; readonly maxPartBytes: number } = sheetLimits,
): Part[] {
  const parts: SheetEvent[][] = [];
  let bytes = 0;
  for (const each of events) {
    const size = Buffer.byteLength(JSON.stringify(each.event));
    const current = parts.at(-1);
    if (current && current.length < maxEventsPerPart && bytes + size <= maxPartBytes) {
      current.push(each);
      bytes += size;
    } else {
      parts.push([each]);
      bytes = size;
    }
  }
  return parts.map((list, index) => ({ name: nameOf(list, index, parts.length), events: list }));
}

function nameOf(events: readonly SheetEvent[], index: number, count: number): string {
  const rows = events.flatMap((each) => each.rows);
  const [first, last] = [rows.reduce((a, b) => Math.min(a, b)), rows.reduce((a, b) => Math.max(a, b))];
  const span = first === last ? `row ${first}` : `rows ${first} to ${last}`;
  return count === 1 ? `All: ${span}` : `Part ${index + 1} of ${count}: ${span}`;
}
