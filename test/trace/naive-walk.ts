import type { EventRecord, MovementEnd } from '@hopline/protocol';

/** A movement of goods, spelled out: the naive walk works on texts and compares every step with every other. */
export interface Step {
  readonly item: string;
  readonly from: string;
  readonly to: string;
  readonly kilograms: number;
  readonly timeMs: number;
  /** Place of the event in the order of the ledger. */
  readonly order: number;
  readonly event: string;
}

/** A time for which something was somewhere. */
export interface Interval {
  readonly thing: string;
  readonly where: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Places in the order of the ledger of the events that began and ended it; `Infinity` for one that goes on. */
  readonly first: number;
  readonly last: number;
}

export interface World {
  readonly steps: readonly Step[];
  /** Times of goods and units at places and in units. */
  readonly intervals: readonly Interval[];
}

/** Reads a world out of what the chaincode recorded, in the order of the ledger. All amounts are in kilograms. */
export function worldOf(records: readonly EventRecord[]): World {
  const steps: Step[] = [];
  const intervals: Interval[] = [];
  const open = new Map<string, { fromMs: number; first: number; kilograms: number }>();
  for (const [order, record] of records.entries()) {
    for (const movement of record.movements) {
      const thing = 'item' in movement ? movement.item : movement.unit;
      const [from, to] = [text(movement.from), text(movement.to)];
      const kilograms = 'item' in movement ? Number(movement.amount) : 1;
      const timeMs = record.eventTimeMs;
      if ('item' in movement) steps.push({ item: thing, from, to, kilograms, timeMs, order, event: record.event });
      const left = open.get(`${thing} ${from}`);
      if (left) {
        left.kilograms -= kilograms;
        if (left.kilograms <= 0) {
          open.delete(`${thing} ${from}`);
          const toMs = Math.max(left.fromMs, timeMs);
          intervals.push({ thing, where: from, fromMs: left.fromMs, toMs, first: left.first, last: order });
        }
      }
      if (!/^(place|unit) /.test(to)) continue;
      const known = open.get(`${thing} ${to}`);
      if (known) {
        known.kilograms += kilograms;
        known.fromMs = Math.min(known.fromMs, timeMs);
      } else open.set(`${thing} ${to}`, { fromMs: timeMs, first: order, kilograms });
    }
  }
  for (const [key, { fromMs, first }] of open) {
    const [thing = '', ...where] = key.split(' ');
    const end = Number.POSITIVE_INFINITY;
    intervals.push({ thing, where: where.join(' '), fromMs, toMs: end, first, last: end });
  }
  return { steps, intervals };
}

/** Goods that were somewhere, or in something there at any depth, for some time of a span. */
export function contentsOf(
  { steps, intervals }: World,
  where: string,
  span: { readonly fromMs: number; readonly toMs: number },
  /** What was opened to get here: where clocks run backwards, two units can each have been in the other at one moment. */
  opened: readonly string[] = [],
): Interval[] {
  const goods = new Set(steps.map(({ item }) => item));
  return intervals
    .filter((each) => each.where === where && each.fromMs <= span.toMs && each.toMs >= span.fromMs)
    .flatMap((each) => {
      const inside = {
        fromMs: Math.max(each.fromMs, span.fromMs),
        toMs: Math.min(each.toMs, span.toMs),
        // What began before the span did not begin in it, in whatever order that was recorded.
        first: each.fromMs >= span.fromMs ? each.first : Number.POSITIVE_INFINITY,
        last: each.toMs <= span.toMs ? each.last : -1,
      };
      if (goods.has(each.thing)) return [{ ...each, ...inside }];
      if (opened.includes(each.thing)) return [];
      return contentsOf({ steps, intervals }, `unit ${each.thing}`, inside, [...opened, each.thing]);
    });
}

/**
 * All steps that a walk reaches from some: by following each of them to every other, over and over. It may take long; it is right
 * by being simple.
 */
export function follow(
  { steps }: World,
  direction: 'back' | 'forward',
  isStart: (step: Step) => boolean,
): ReadonlySet<Step> {
  const reached = new Set(steps.filter(isStart));
  for (const step of reached) {
    for (const other of steps) {
      const [before, after] = direction === 'forward' ? [step, other] : [other, step];
      if (leadsTo(before, after)) reached.add(other);
    }
  }
  return reached;
}

function leadsTo(before: Step, after: Step): boolean {
  if (before.to !== after.from || before.to === 'outside') return false;
  if (before.to.startsWith('transformation ')) return true;
  if (before.item !== after.item) return false;
  return /^(early|difference) /.test(before.to) || after.timeMs >= before.timeMs || after.order >= before.order;
}

function text(end: MovementEnd): string {
  switch (end.at) {
    case 'place':
      return `place ${end.place}`;
    case 'unit':
      return `unit ${end.unit}`;
    case 'transit':
      return `transit ${end.shipment}`;
    case 'transformation':
      return `transformation ${end.id}`;
    case 'early':
      return `early ${end.receipt}`;
    case 'difference':
      return `difference ${end.shipment}`;
    default:
      return end.at === 'gone' ? `gone ${end.how}` : end.at;
  }
}
