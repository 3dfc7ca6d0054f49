import type { StateRecord } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { aggregate, destroy, enter, objectEvent, receive, type Some, ship, transform } from './events.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import { a1, b1, b2, link, type Place, timeMs } from './trade.ts';

/** Few places, lots and units, so that histories meet. */
export const places = [a1, b1, b2];
export const lots = ['https://id.gs1.org/01/09506000134352/10/A', 'https://id.gs1.org/01/09506000134352/10/B'];
const units = ['15', '22', '39'].map((end) => `https://id.gs1.org/00/0950600000000000${end}`);

const place = fc.constantFrom(...places);
const lot = fc.constantFrom(...lots);
const unit = fc.constantFrom(...units);
const uom = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('KGM', 'LBR') }, fc.constant('EA'));
const some = fc.tuple(lot, fc.integer({ min: 1, max: 6 }).map(String), uom).map((parts): Some => parts);
const things = fc.oneof(
  some.map((one) => ({ lots: [one] })),
  unit.map((one) => ({ epcs: [one] })),
);
const returned = { disposition: 'returned' as const };

/** Any step by anybody; under strict rules most are refused, and the others make a history. */
const anyEvent: fc.Arbitrary<NormalisedEvent> = fc.oneof(
  fc.tuple(place, some).map(([at, one]) => enter(at, { lots: [one] })),
  fc.tuple(place, place, things).map(([at, to, what]) => ship(at, to, what)),
  fc.tuple(place, things).map(([at, what]) => receive(at, what)),
  fc.tuple(place, things).map(([at, what]) => objectEvent(at, 'OBSERVE', 'arriving', what, returned)),
  fc.tuple(place, unit, things).map(([at, into, what]) => aggregate(at, 'ADD', into, what)),
  fc.tuple(place, unit, things).map(([at, from, what]) => aggregate(at, 'DELETE', from, what)),
  fc
    .tuple(place, unit, some)
    .map(([at, one, inside]) => aggregate(at, 'OBSERVE', one, { lots: [inside] }, { bizStep: 'receiving' })),
  fc.tuple(place, some, some).map(([at, used, made]) => transform(at, [used], [made])),
  fc.tuple(place, things).map(([at, what]) => destroy(at, what)),
);

/** A step that fits the state: which one and of what is drawn, and where it can happen is looked up. */
const fittingStep = fc.record({
  what: fc.constantFrom(
    'ship',
    'receive',
    'receive',
    'pack',
    'pack',
    'unpack',
    'unpack all',
    'ship goods',
    'receive goods',
    'ship what was received',
    'receive in part',
    'tell late',
    'ship on',
    'refuse',
    'destroy',
  ),
  pick: fc.nat(),
  to: place,
});
type FittingStep = typeof fittingStep extends fc.Arbitrary<infer T> ? T : never;

export interface RandomStep {
  readonly step: NormalisedEvent | FittingStep;
  /** How long before the others' time the event says that it took place. */
  readonly agoMs: number;
}

/** A step with a time that need not be after those of the steps before it. */
export const randomStep: fc.Arbitrary<RandomStep> = fc.record({
  step: fc.oneof(anyEvent, fittingStep),
  agoMs: fc.integer({ min: 0, max: 5 }),
});

/** The event of a step on the state as it is; `null` where there is nothing that it could be about. */
export async function eventOf({ step, agoMs }: RandomStep, ledger: MemoryLedger): Promise<NormalisedEvent | null> {
  const event = 'what' in step ? await fit(step, ledger) : step;
  // What was given a time of its own keeps it.
  return event && { ...event, eventTimeMs: event.eventTimeMs === timeMs ? timeMs - agoMs : event.eventTimeMs };
}

async function fit({ what, pick, to }: FittingStep, ledger: MemoryLedger): Promise<NormalisedEvent | null> {
  const one = <T>(all: readonly T[]): T | undefined => all[pick % all.length];
  const all = await ledger.all('unit');
  const standing = all.filter(({ location }) => location.at === 'place');
  const where = ({ location }: StateRecord<'unit'>) => (location.at === 'place' ? location.place : '');
  switch (what) {
    case 'ship': {
      const record = one(standing);
      return record ? ship(where(record), to, { epcs: [record.unit] }) : null;
    }
    case 'receive': {
      const record = one(all.filter(({ location }) => location.at === 'transit'));
      return record?.location.at === 'transit' ? receive(record.location.to, { epcs: [record.unit] }) : null;
    }
    case 'pack': {
      const record = one(standing);
      return record ? aggregate(where(record), 'ADD', units[pick % units.length] ?? '', { epcs: [record.unit] }) : null;
    }
    case 'unpack': {
      const record = one(standing.filter((parent) => parent.units.length > 0));
      return record ? aggregate(where(record), 'DELETE', record.unit, { epcs: record.units }) : null;
    }
    case 'unpack all': {
      const record = one(standing.filter((parent) => parent.items.length > 0));
      return record ? aggregate(where(record), 'DELETE', record.unit, {}) : null;
    }
    case 'ship goods': {
      const line = one(await ledger.all('holding'));
      return line ? ship(line.place, to, { lots: [[line.item, line.amount, line.uom]] }) : null;
    }
    case 'receive goods': {
      const line = one(await ledger.all('transit'));
      return line ? receive(line.to, { lots: [[line.item, line.amount, line.uom]] }) : null;
    }
    case 'receive in part': {
      const line = one(await ledger.all('transit'));
      return line ? receive(line.to, { lots: [[line.item, '0.5', line.uom]] }) : null;
    }
    case 'ship what was received': {
      const early = one(await ledger.all('early'));
      if (!early) return null;
      const over = { destinations: [{ type: 'location' as const, id: link(early.to) }] };
      const from = one(places.filter((gln) => gln !== early.to)) ?? a1;
      if (early.unit) return ship(from, early.to, { epcs: [early.item] }, over);
      return ship(from, early.to, { lots: [[early.item, pick % 2 ? early.amount : '2', early.uom]] }, over);
    }
    case 'ship on': {
      // More than is there, so that what is on the way to there is taken for received.
      const line = one(await ledger.all('transit'));
      return line ? ship(line.to, to, { lots: [[line.item, '100', line.uom]] }) : null;
    }
    case 'tell late': {
      const shortfall = one((await ledger.all('shortfall')).filter(({ where: at }) => places.includes(at as Place)));
      if (!shortfall) return null;
      const late: Some = [shortfall.item, shortfall.needed.amount, shortfall.uom];
      return enter(shortfall.where, { lots: [late] }, { eventTimeMs: shortfall.atMs - 1 });
    }
    case 'refuse': {
      const line = one(await ledger.all('transit'));
      if (!line) return null;
      return objectEvent(line.to, 'OBSERVE', 'arriving', { lots: [[line.item, line.amount, line.uom]] }, returned);
    }
    case 'destroy': {
      const record = one(standing);
      return record && pick % 4 === 0 ? destroy(where(record), { epcs: [record.unit] }) : null;
    }
    default:
      return null;
  }
}

/** What kind of event was applied, for a count of what a random history was made of. */
export function kindOf(event: NormalisedEvent): string | null {
  switch (event.type) {
    case 'ObjectEvent':
      if (event.action === 'ADD') return null;
      return `ObjectEvent ${event.bizStep} of ${event.epcs.length > 0 ? 'units' : 'goods'}`;
    case 'AggregationEvent':
      return `AggregationEvent ${event.action} of ${event.childEpcs.length > 0 ? 'units' : 'goods'}`;
    default:
      return event.type;
  }
}
