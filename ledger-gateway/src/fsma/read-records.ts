import {
  type CteRecord,
  type Derived,
  deriveCtes,
  type FsmaEvent,
  glnOf,
  linesOf,
  maxPairsPerEvent,
  TooManyPairs,
  tradeItem,
} from '@hopline/protocol/fsma';
import { readFacts } from '../master-data/read-facts.ts';
import type { Queryable } from '../store/database.ts';
import { fsmaLimits } from './limits.ts';
import { type Selected, type Selection, selectEvents, tooLarge } from './select-events.ts';

/**
 * The critical tracking events that a selection asks for, with their elements and what is missing.
 * @throws GatewayError `too-large`, `not-found`
 */
export async function readRecords(on: Queryable, selection: Selection): Promise<Derived> {
  const selected = await selectEvents(on, selection);
  const facts = await readFacts(on, glnsOf(selected.events), gtinsOf(selected.events));
  const { records, passedOver } = derive(selected.events, facts);
  const wanted = records.filter((record) => isWanted(record, selected, selection));
  if (wanted.length > fsmaLimits.maxRows) throw tooLarge('rows', 'maxRows', fsmaLimits.maxRows);
  return {
    records: wanted,
    passedOver: passedOver.filter(
      ({ event, item }) =>
        isWithin(event, selection) && (selected.lots === null || (item !== null && selected.lots.has(item))),
    ),
  };
}

function derive(events: readonly FsmaEvent[], facts: Parameters<typeof deriveCtes>[1]): Derived {
  try {
    return deriveCtes(events, facts);
  } catch (error) {
    if (error instanceof TooManyPairs)
      throw tooLarge('pairs of inputs and outputs of one event', 'maxPairsPerEvent', maxPairsPerEvent);
    throw error;
  }
}

/** A lot's rows are those about it, and those in which it was used up. */
function isWanted(record: CteRecord, { lots }: Selected, selection: Selection): boolean {
  const { item, input, place } = record;
  const ofLots = lots === null || (item !== null && lots.has(item)) || (input !== null && lots.has(input));
  return ofLots && isWithin(record.event, selection) && (selection.place === null || place === selection.place);
}

function isWithin({ event }: FsmaEvent, { fromMs, toMs }: Selection): boolean {
  return (fromMs === null || event.eventTimeMs >= fromMs) && (toMs === null || event.eventTimeMs <= toMs);
}

function glnsOf(events: readonly FsmaEvent[]): Set<string> {
  return new Set(
    events.flatMap(({ event }) =>
      [event.readPoint, event.bizLocation, ...[...event.sources, ...event.destinations].map(({ id }) => id)].flatMap(
        (id) => glnOf(id)?.gln ?? [],
      ),
    ),
  );
}

function gtinsOf(events: readonly FsmaEvent[]): Set<string> {
  return new Set(events.flatMap(({ event }) => linesOf(event).flatMap(({ id }) => tradeItem(id)?.gtin ?? [])));
}
