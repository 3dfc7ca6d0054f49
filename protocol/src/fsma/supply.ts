import { tradeItem } from './fsma-event.ts';
import type { CteRecord, KdeId, LocationValue, MissingKde, Supply } from './kde.ts';

/** What of a record says where something that it lacks can come from. */
export type Given = Pick<CteRecord, 'cte' | 'event' | 'item' | 'gtin' | 'input' | 'unit' | 'place' | 'values'>;
type Lack = Omit<MissingKde, 'supply'>;

/** Where an element that is missing, whole or in parts, can be supplied. */
export function supplyOf({ element, parts }: Lack, given: Given): Supply {
  const value = given.values[element];
  if (value?.is === 'location') return ofPlace(value, parts);
  if (value?.is === 'product') return ofProduct(value.gtin, value.name, parts);
  return wholes[element](given);
}

/** The same in words: `Complete the master data of this place: GLN 9521001000017, phone`. */
export function describeSupply({ in: kind, id, name, fields, advice }: Supply): string {
  const key = { place: 'GLN ', product: 'GTIN ', event: '', correction: '' }[kind];
  const target = id === null ? '' : `: ${name === null ? '' : `${name}, `}${key}${id}`;
  return `${advice}${target}${fields.length > 0 ? ` (${fields.join(', ')})` : ''}`;
}

/** All that one place, product or event can supply, and how many records wait for it. */
export interface SupplyNeed extends Supply {
  readonly records: number;
  readonly clauses: readonly string[];
}

/** What is missing of records by where it can be supplied, that which completes most of them first. */
export function groupSupplies(records: readonly Pick<CteRecord, 'missing'>[]): SupplyNeed[] {
  const needs = new Map<string, { supply: Supply; fields: Set<string>; clauses: Set<string>; records: Set<object> }>();
  for (const record of records) {
    for (const { supply, clause } of record.missing) {
      // One description of a place or product serves all; events are things to do, each with words of its own.
      const of = supply.in === 'place' || supply.in === 'product' ? '' : supply.advice;
      const key = `${supply.in} ${supply.id} ${of}`;
      const need = needs.get(key) ?? { supply, fields: new Set(), clauses: new Set(), records: new Set() };
      for (const field of supply.fields) need.fields.add(field);
      need.clauses.add(clause);
      need.records.add(record);
      needs.set(key, need);
    }
  }
  return [...needs.values()]
    .map(({ supply, fields, clauses, records: all }) => ({
      ...supply,
      fields: [...fields],
      clauses: [...clauses].sort(),
      records: all.size,
    }))
    .sort((a, b) => b.records - a.records);
}

/** Where each element comes from, when all of it is missing. */
const wholes: Readonly<Record<KdeId, (given: Given) => Supply>> = {
  recipient: (given) =>
    given.cte === 'shipping'
      ? corrected(given, 'its destination: a location in destinationList')
      : captured(
          given.item,
          'Capture what became of it: its shipping from here with a destination, or its packing here',
        ),
  'previous-source': (given) => corrected(given, 'where it came from: a location in sourceList'),
  place: (given) => corrected(given, 'where it happened: readPoint'),
  date: (given) => corrected(given, 'when it happened: eventTime'),
  documents: (given) => corrected(given, 'a document’s type and number: bizTransactionList'),
  'lot-code': (given) => contentsOr(given, 'the lot in the identifier of the goods'),
  product: (given) => contentsOr(given, 'a trade item (GTIN) in place of another identifier'),
  quantity: (given) => contentsOr(given, 'quantity and unit of measure'),
  'lot-code-source': ({ item, unit }) =>
    item === null
      ? contents(unit)
      : captured(item, 'Capture the event that assigned this lot code (packing, landing or transformation)'),
  'input-lot-code': (given) => corrected(given, 'the lots that went in'),
  'input-product': (given) => corrected(given, 'trade items (GTIN) for what went in'),
  'input-quantity': (given) => corrected(given, 'quantity and unit of measure of what went in'),
  'received-date': ({ input }) => captured(input, 'Capture the receiving event of what was packed'),
  'received-quantity': ({ input }) => captured(input, 'Capture the receiving event of what was packed'),
  farm: (given) => harvest(given),
  'growing-area': (given) => ofFarm(given, ['growingArea']),
  harvester: (given) => ofFarm(given, ['businessName', 'phone']),
  'harvest-date': (given) => harvest(given),
  'cooling-place': ({ input }) => captured(input, 'Capture its cooling'),
  'cooling-date': ({ input }) => captured(input, 'Capture its cooling'),
  commodity: ({ cte, input, gtin }) =>
    ofProduct((cte === 'initial-packing' ? tradeItem(input ?? '')?.gtin : gtin) ?? null, null, ['commodity']),
  species: ({ gtin }) => ofProduct(gtin, null, ['species']),
  'harvest-range': (given) => corrected(given, 'first and last day of the catch in its ilmd'),
  'catch-area': (given) => corrected(given, 'the areas of the catch in its ilmd'),
};

function ofPlace({ gln, name }: Pick<LocationValue, 'gln' | 'name'>, fields: readonly string[]): Supply {
  return { in: 'place', id: gln, name, fields, advice: 'Complete the master data of this place' };
}

function ofProduct(gtin: string | null, name: string | null, fields: readonly string[]): Supply {
  return { in: 'product', id: gtin, name, fields, advice: 'Complete the master data of this product' };
}

/** Farm and harvester are told by the place of the harvest, as far as the harvest is known. */
function ofFarm(given: Given, fields: readonly string[]): Supply {
  const { cte, place, values } = given;
  const farm = values.farm;
  if (farm?.is === 'location') return ofPlace(farm, fields);
  return cte === 'harvesting' && place !== null ? ofPlace({ gln: place, name: null }, fields) : harvest(given);
}

function harvest(given: Given): Supply {
  if (given.cte === 'harvesting') return corrected(given, 'the farm: readPoint');
  return captured(given.input ?? given.item, 'Capture its harvest at the farm (ObjectEvent, ADD)');
}

function contentsOr(given: Given, what: string): Supply {
  return given.item === null ? contents(given.unit) : corrected(given, what);
}

function contents(unit: string | null): Supply {
  return captured(unit, 'Capture what was packed into this unit (AggregationEvent, ADD)');
}

function captured(id: string | null, advice: string): Supply {
  return { in: 'event', id, name: null, fields: [], advice };
}

/** An event on the ledger stays as it is: one that leaves something open is declared wrong and captured again. */
function corrected({ event }: Given, what: string): Supply {
  const advice = `Declare this event wrong and capture it again with ${what}`;
  return { in: 'correction', id: event.hash, name: null, fields: [], advice };
}
