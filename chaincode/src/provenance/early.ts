import {
  type EarlyRecord,
  type Line,
  type Movement,
  type MovementEnd,
  maxEarlyReceipts,
  noAttribute,
  type Remark,
  type TransitRecord,
  type UnitRecord,
} from '@hopline/protocol';
import { areConvertible, compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { inCommonUnit, minus, plus } from './amount.ts';
import { recordDifference } from './discrepancy.ts';
import type { Goods } from './goods.ts';
import { namedGlns } from './parties.ts';
import { remark } from './remark.ts';
import type { Effect, Scene } from './scene.ts';

/** Makes known which receipts of goods, and of units, wait for a shipment to a place. */
export async function loadEarly(draft: Draft, items: readonly string[], to: string): Promise<void> {
  for (const item of items) {
    for (const early of await draft.loadRange('early', to, item)) {
      if (early.shipment !== null) await draft.load('discrepancy', early.shipment, item);
    }
  }
}

/** Notes goods that are there before anybody has shipped them; `null` where too many receipts wait already. */
export function noteEarly(draft: Draft, goods: Goods, to: string, scene: Scene): EarlyRecord | null {
  if (draft.list('early', to, goods.item).length >= maxEarlyReceipts) return null;
  return put(draft, to, { ...goods, origin: 'declared' }, { to, holder: null, unit: false }, scene);
}

/** Notes a unit that is there before anybody has shipped it. `holder`: who still had it, if anybody on the ledger did. */
export function noteEarlyUnit(draft: Draft, unit: string, holder: string | null, scene: Scene): EarlyRecord {
  const line: Line = { item: unit, amount: '1', uom: null, origin: 'declared' };
  return put(draft, noAttribute, line, { to: scene.place, holder, unit: true }, scene);
}

function put(
  draft: Draft,
  key: string,
  line: Line,
  parts: Pick<EarlyRecord, 'to' | 'holder' | 'unit'>,
  { event, hash, place, mspId }: Scene,
): EarlyRecord {
  const record: EarlyRecord = {
    schema: 1,
    ...line,
    received: line.amount,
    place,
    mspId,
    sources: namedGlns(event.sources, ['location']).slice(0, 20),
    shipment: null,
    event: hash,
    atMs: event.eventTimeMs,
    ...parts,
  };
  draft.put('early', [key, line.item, hash], record);
  return record;
}

/**
 * The receipt of a unit that the scene's organisation has not told of yet as its shipper or packer: it held the unit
 * itself, or nobody did and its policy lets receipts come first.
 */
export function unitReceivedBefore(draft: Draft, { unit }: UnitRecord, scene: Scene): EarlyRecord | null {
  const { mspId, policy, place } = scene;
  return (
    draft
      .list('early', noAttribute, unit)
      .filter(({ sources }) => sources.length === 0 || sources.includes(place))
      .find(({ holder }) => holder === mspId || (holder === null && policy.notShipped === 'flag')) ?? null
  );
}

/** A shipment of a unit that was received before: nothing moves any more, and the receipt is explained. */
export function matchUnit(draft: Draft, early: EarlyRecord, scene: Scene): Effect {
  const { item: unit, event: ref, atMs: bookedMs } = early;
  draft.remove('early', [noAttribute, unit, ref]);
  const statedMs = scene.event.eventTimeMs;
  return {
    movements: [],
    flags: [],
    remarks: [remark('shipped-late', unit, { bookedMs, statedMs, ref }), ...late(early, scene)],
  };
}

/** What of a shipment was received before it, and what is left to be on the way; `null` where nothing is. */
export interface Matched extends Required<Pick<Effect, 'movements' | 'remarks'>> {
  readonly flags: Effect['flags'];
  readonly left: TransitRecord | null;
}

/**
 * Matches a shipment with receipts that came before it: the one of exactly as much first, else the oldest first. What is
 * matched passes through the shipment to its receipt, which owed it; both numbers are recorded where they differ.
 */
export function matchGoods(draft: Draft, shipped: TransitRecord, scene: Scene): Matched {
  const { item, shipment, from, to } = shipped;
  const way: MovementEnd = { at: 'transit', shipment, from, to };
  let left = shipped;
  const movements: Movement[] = [];
  const remarks: Remark[] = [];
  let last: { readonly early: EarlyRecord; readonly over: Quantity | null } | null = null;
  for (const early of waitingFor(draft, shipped)) {
    if (left.amount === '0') break;
    const owed: Quantity = { amount: early.amount, uom: early.uom };
    const open: Quantity = { amount: left.amount, uom: left.uom };
    const taken = compareQuantities(open, owed) <= 0 ? open : owed;
    left = reduced(left, taken);
    const rest = repay(draft, early, taken, shipment);
    movements.push({ item, ...taken, origin: shipped.origin, from: way, to: { at: 'early', receipt: early.event } });
    remarks.push(remark('shipped-late', item, { booked: owed, stated: open, ref: early.event }), ...late(early, scene));
    last = { early, over: left.amount === '0' && rest.amount !== '0' ? rest : null };
  }
  const flags = last ? recordDifference(draft, left, last.over, last.early) : [];
  return { movements, remarks, flags, left: left.amount === '0' ? null : left };
}

function waitingFor(draft: Draft, { item, from, to, uom, amount }: TransitRecord): EarlyRecord[] {
  const waiting = draft
    .list('early', to, item)
    .filter((early) => areConvertible(early.uom, uom) && (early.sources.length === 0 || early.sources.includes(from)))
    .sort((a, b) => a.atMs - b.atMs || (a.event < b.event ? -1 : 1));
  const exact = waiting.find((early) => compareQuantities(early, { amount, uom }) === 0);
  return exact ? [exact] : waiting;
}

/** What a receipt still owes after a part of it was matched. What an earlier shipment had too little of came with this one. */
function repay(draft: Draft, early: EarlyRecord, taken: Quantity, shipment: string): Quantity {
  const rest = minus({ amount: early.amount, uom: early.uom }, taken);
  const key = [early.to, early.item, early.event] as [string, string, string];
  if (rest.amount === '0') draft.remove('early', key);
  else {
    const received = inCommonUnit({ amount: early.received, uom: early.uom }, rest.uom).amount;
    draft.put('early', key, { ...early, ...rest, received, shipment });
  }
  const before = early.shipment === null ? null : draft.get('discrepancy', early.shipment, early.item);
  if (before?.kind === 'over') {
    draft.put('discrepancy', [before.shipment, before.item], { ...before, kind: 'settled', received: before.sent });
  }
  return rest;
}

/** A shipment with less on the way, not yet in the draft. */
function reduced(transit: TransitRecord, taken: Quantity): TransitRecord {
  const open = minus({ amount: transit.amount, uom: transit.uom }, taken);
  return {
    ...transit,
    ...open,
    sent: plus({ amount: transit.sent, uom: transit.uom }, { amount: '0', uom: open.uom }).amount,
  };
}

/** A shipment that is dated after its receipt. */
function late({ item, atMs, event: ref }: EarlyRecord, scene: Scene): Remark[] {
  const statedMs = scene.event.eventTimeMs;
  return statedMs > atMs ? [remark('time-order', item, { bookedMs: atMs, statedMs, ref })] : [];
}
