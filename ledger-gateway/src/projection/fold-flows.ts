import type { MovementRow } from './block-changes.ts';
import { digestOfEvent } from './event-digest.ts';
import { flowEnds, goneHow } from './flow-ends.ts';
import type { RowOf } from './rows.ts';

/** Numbers of what movements name. */
export interface Numbers {
  /** Of items and units, by canonical identifier. */
  readonly things: ReadonlyMap<string, number>;
  /** Of shipments and early receipts, by the hash of their event, and of transformations, by their id. */
  readonly events: ReadonlyMap<string, number>;
}

/** Rows of flows, in the order of the movements. A shipment that is not known here is number 0. */
export function foldFlows(movements: readonly MovementRow[], numbers: Numbers): RowOf<'flows'>[] {
  return movements.map((movement) => {
    const digest = digestOfEvent(movement.event);
    const from_at = movement.from_at as keyof typeof flowEnds;
    const to_at = movement.to_at as keyof typeof flowEnds;
    return {
      subject: thing(numbers, movement.subject),
      seq: movement.seq,
      time_ms: movement.time_ms,
      from_id: endNumber(from_at, movement.from_id, numbers),
      to_id: endNumber(to_at, movement.to_id, numbers),
      step: movement.position,
      from_at: flowEnds[from_at],
      to_at: flowEnds[to_at],
      way: to_at === 'transit' ? Number(movement.transit_to) : null,
      amount: movement.amount,
      uom: movement.uom,
      event: digest === null ? null : `\\x${digest}`,
    };
  });
}

/** What of a block's movements has to have a number before `foldFlows`. */
export function namedIn(movements: readonly MovementRow[]): { things: Set<string>; events: Set<string> } {
  const things = new Set<string>();
  const events = new Set<string>();
  for (const { subject, from_at, from_id, to_at, to_id } of movements) {
    things.add(subject);
    for (const [at, id] of [
      [from_at, from_id],
      [to_at, to_id],
    ]) {
      if (typeof id !== 'string') continue;
      if (at === 'unit') things.add(id);
      if (at === 'transit' || at === 'difference' || at === 'early' || at === 'transformation') events.add(id);
    }
  }
  return { things, events };
}

function endNumber(at: keyof typeof flowEnds, id: string | null, numbers: Numbers): number {
  switch (at) {
    case 'place':
      return Number(id);
    case 'unit':
      return thing(numbers, id ?? '');
    case 'transit':
    case 'difference':
    case 'early':
    case 'transformation':
      return numbers.events.get(id ?? '') ?? 0;
    case 'gone':
      return goneHow[id as keyof typeof goneHow] ?? goneHow.removed;
    case 'outside':
      return 0;
  }
}

function thing({ things }: Numbers, id: string): number {
  const number = things.get(id);
  if (number === undefined) throw new Error(`${id} has no number`);
  return number;
}
