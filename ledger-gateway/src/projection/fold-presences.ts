import { ProtocolError } from '@hopline/protocol';
import {
  addQuantities,
  compareQuantities,
  inBaseUnit,
  type Quantity,
  subtractQuantities,
} from '@hopline/protocol/epcis';
import type { MovementRow } from './block-changes.ts';
import { openEndMs, type RowOf } from './rows.ts';

export type PresenceRow = RowOf<'presences'> & {
  readonly id: number;
  readonly subject: string;
  readonly at: string;
  readonly where_id: string;
  readonly from_ms: number;
  readonly to_ms: number;
};

/** Ends of a movement at which things are for a while. Of the others nothing is there to be asked about. */
const lasting = new Set(['place', 'unit', 'transit']);

/**
 * Moves presences on by the movements of a block, which come in the order of their commits.
 *
 * @param open presences without an end, of all subjects that move
 * @param nextId id of the next new presence
 * @returns those that are new or changed
 */
export function foldPresences(
  movements: readonly MovementRow[],
  open: readonly PresenceRow[],
  nextId: number,
): PresenceRow[] {
  const current = new Map(open.map((presence) => [keyOf(presence, presence.at, presence.where_id), presence]));
  const changed = new Map<number, PresenceRow>();
  let id = nextId;
  for (const movement of movements) {
    const { from_at, from_id, to_at, to_id } = movement;
    if (lasting.has(from_at as string) && from_id !== null) {
      const key = keyOf(movement, from_at as string, from_id);
      const before = current.get(key);
      const after = before && leave(before, movement);
      if (after) {
        changed.set(after.id, after);
        if (after.to_event === null) current.set(key, after);
        else current.delete(key);
      }
    }
    if (lasting.has(to_at as string) && to_id !== null) {
      const key = keyOf(movement, to_at as string, to_id);
      const before = current.get(key);
      const after = before ? join(before, movement) : begin(id++, movement);
      changed.set(after.id, after);
      current.set(key, after);
    }
  }
  return [...changed.values()].sort((a, b) => a.id - b.id);
}

function begin(id: number, movement: MovementRow): PresenceRow {
  const inTransit = movement.to_at === 'transit';
  return {
    id,
    subject: movement.subject,
    is_unit: movement.is_unit,
    at: movement.to_at as string,
    where_id: movement.to_id as string,
    transit_from: inTransit ? movement.transit_from : null,
    transit_to: inTransit ? movement.transit_to : null,
    from_ms: movement.time_ms,
    to_ms: openEndMs,
    entered: movement.amount,
    remaining: movement.amount,
    uom: movement.uom,
    from_event: movement.event,
    to_event: null,
    left_ms: null,
    left_event: null,
  };
}

/** More of the same comes to where some of it is already. An event can tell of an earlier time than one before it. */
function join(presence: PresenceRow, movement: MovementRow): PresenceRow {
  const amount = quantityOf(movement.amount, movement.uom);
  const remaining = quantityOf(presence.remaining, presence.uom);
  const entered = quantityOf(presence.entered, presence.uom);
  const from_ms = Math.min(presence.from_ms, movement.time_ms);
  if (!amount || !remaining || !entered) return { ...presence, from_ms };
  const sum = tryQuantities(() => addQuantities(remaining, amount));
  const all = tryQuantities(() => addQuantities(entered, amount));
  if (!sum || !all || sum.uom !== all.uom) return { ...presence, from_ms };
  return { ...presence, from_ms, remaining: sum.amount, entered: all.amount, uom: sum.uom };
}

function leave(presence: PresenceRow, movement: MovementRow): PresenceRow {
  const gone: PresenceRow = {
    ...presence,
    remaining: presence.is_unit ? null : '0',
    to_ms: Math.max(presence.from_ms, movement.time_ms),
    to_event: movement.event,
    left_ms: movement.time_ms,
    left_event: movement.event,
  };
  const amount = quantityOf(movement.amount, movement.uom);
  const remaining = quantityOf(presence.remaining, presence.uom);
  if (!amount || !remaining) return gone;
  const rest = tryQuantities(() => subtractQuantities(remaining, amount));
  if (!rest || compareQuantities(rest, { amount: '0', uom: rest.uom }) <= 0) return gone;
  const entered = quantityOf(presence.entered, presence.uom);
  const all = entered && tryQuantities(() => addQuantities(entered, { amount: '0', uom: amount.uom }));
  return {
    ...presence,
    remaining: rest.amount,
    entered: all?.amount ?? presence.entered,
    uom: rest.uom,
    left_ms: movement.time_ms,
    left_event: movement.event,
  };
}

function quantityOf(amount: string | null, uom: string | null): Quantity | null {
  return amount === null ? null : { amount, uom };
}

function tryQuantities(compute: () => Quantity): Quantity | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

/**
 * Goods in units of measure that do not convert stay side by side: forty cases and eighty kilograms of a lot that somebody
 * took from the same place are two stays, and the one does not end the other.
 */
function keyOf(thing: Pick<PresenceRow, 'subject' | 'is_unit' | 'uom'>, at: string, where: string): string {
  const dimension = thing.is_unit ? '' : inBaseUnit({ amount: '0', uom: thing.uom }).dimension;
  return `${at}\u0000${where}\u0000${thing.subject}\u0000${dimension}`;
}
