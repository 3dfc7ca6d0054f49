import { type EventRecord, tolerantPolicy } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { Refused } from '../../chaincode/src/refused.ts';
import { aggregate, destroy, enter, receive, ship, transform } from '../../chaincode/src/testing/events.ts';
import { eventOf, randomStep } from '../../chaincode/src/testing/random-steps.ts';
import { a1, a2, b1, type Place, Trade, timeMs } from '../../chaincode/src/testing/trade.ts';
import { companyPrefix, sscc, unitLink } from '../../infra/story/keys.ts';
import type { ChainRng } from '../bench/chain/chain-rng.ts';

const fields = ['A', 'B'].map((lot) => `https://id.gs1.org/01/09506000134352/10/${lot}`);
const made = ['J', 'K', 'M', 'N'].map((lot) => `https://id.gs1.org/01/09506000134369/10/${lot}`);
const units = [1, 2, 3, 4].map((serial) => unitLink(sscc(companyPrefix.freshHub, serial)));
const places: readonly Place[] = [a1, a2, b1];

/** What a random trade left on its ledger, in order. */
export interface Traded {
  readonly events: readonly { readonly event: NormalisedEvent; readonly record: EventRecord }[];
  readonly trade: Trade;
}

/**
 * A small world by the chaincode's own rules: few lots, units and places, so that histories meet. Steps that are refused leave
 * no mark. Most events follow each other in time; some are dated earlier than they were recorded, as when somebody is late.
 */
export async function randomTrade(rng: ChainRng, steps: number): Promise<Traded> {
  const { trade, events, attempt } = ledger(new Trade());
  let now = timeMs - steps * 1_000;
  for (const field of fields)
    for (const place of places) await attempt(at(enter(place, { lots: [[field, '20']] }), now));
  for (let step = 0; step < steps; step++) {
    now += 1_000;
    const event = await draw(rng, trade);
    if (event) await attempt(at(event, rng.chance(0.15) ? now - rng.whole(1, 10) * 1_000 : now));
  }
  return { events, trade };
}

/**
 * A small world in which nothing has to fit: organisations mark what breaks a rule, receipts come before shipments, units of measure
 * differ, and all of it is dated within some milliseconds.
 */
export async function tolerantTrade(rng: ChainRng, steps: number): Promise<Traded> {
  const { trade, events, attempt } = ledger(new Trade([tolerantPolicy('AMSP'), tolerantPolicy('BMSP')]));
  for (const step of fc.sample(randomStep, { seed: rng.whole(0, 2 ** 31 - 1), numRuns: steps })) {
    const event = await eventOf(step, trade.ledger);
    if (event) await attempt(at(event, event.eventTimeMs));
    const sent = (await trade.ledger.all('transit')).find(() => rng.chance(0.1));
    if (sent) await attempt(receive(sent.to, { lots: [[sent.item, '3', sent.uom === 'EA' ? 'KGM' : 'EA']] }));
  }
  return { events, trade };
}

function ledger(trade: Trade) {
  const events: { event: NormalisedEvent; record: EventRecord }[] = [];
  const attempt = async (event: NormalisedEvent) => {
    try {
      await trade.apply(event);
    } catch (error) {
      if (error instanceof Refused) return;
      throw error;
    }
    const record = await trade.ledger.at('event', trade.lastHash, '-');
    if (record) events.push({ event, record });
  };
  return { trade, events, attempt };
}

function at(event: NormalisedEvent, eventTimeMs: number): NormalisedEvent {
  return { ...event, eventTimeMs, eventTime: new Date(eventTimeMs).toISOString() };
}

/** A step that fits what is there. */
async function draw(rng: ChainRng, trade: Trade): Promise<NormalisedEvent | null> {
  const pick = <T>(some: readonly T[]): T | null => (some.length === 0 ? null : rng.one(some));
  const standing = (await trade.ledger.all('unit')).filter(({ location }) => location.at === 'place');
  const line = pick(await trade.ledger.all('holding'));
  const some = line === null ? null : String(rng.whole(1, Number(line.amount)));
  switch (rng.whole(0, 9)) {
    case 0:
    case 1:
      return line && aggregate(line.place, 'ADD', rng.one(units), { lots: [[line.item, some ?? '1']] });
    case 2: {
      const unit = pick(standing);
      return unit && aggregate(placeOf(unit), 'ADD', rng.one(units), { epcs: [unit.unit] });
    }
    case 3: {
      const unit = pick(standing);
      const content = unit && pick(unit.items);
      if (!unit) return null;
      return aggregate(placeOf(unit), 'DELETE', unit.unit, content ? { lots: [[content.item, content.amount]] } : {});
    }
    case 4: {
      const unit = pick(standing);
      return unit && ship(placeOf(unit), rng.one(places), { epcs: [unit.unit] });
    }
    case 5:
      return line && ship(line.place, rng.one(places), { lots: [[line.item, some ?? '1']] });
    case 6: {
      const unit = pick((await trade.ledger.all('unit')).filter(({ location }) => location.at === 'transit'));
      return unit?.location.at === 'transit' ? receive(unit.location.to, { epcs: [unit.unit] }) : null;
    }
    case 7: {
      const transit = pick(await trade.ledger.all('transit'));
      if (!transit) return null;
      return receive(transit.to, { lots: [[transit.item, String(rng.whole(1, Number(transit.amount)))]] });
    }
    case 8: {
      const others = (await trade.ledger.all('holding')).filter(({ place }) => place === line?.place);
      const other = pick(others);
      if (!line || !some || !other) return null;
      const inputs = other.item === line.item ? [] : [[other.item, '1'] as const];
      return transform(line.place, [[line.item, some], ...inputs], [[rng.one(made), some]]);
    }
    default:
      return line && rng.chance(0.4) ? destroy(line.place, { lots: [[line.item, '1']] }) : null;
  }
}

function placeOf({ location }: { location: { at: string; place?: string } }): string {
  return location.place ?? '';
}
