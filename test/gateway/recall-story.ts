import { canonicalLink, gln13, gtin14 } from '@hopline/protocol/gs1';
import { commissioned, harvested, received, shipped, transformed } from '../ledger-suite/epcis-events.ts';
import { epcisDocument } from '../ledger-suite/member.ts';
import { RandomIds } from '../ledger-suite/random-ids.ts';
import type { RunningGateway } from './network.ts';

/** The three gateways of a recall's story. */
export interface Chain {
  readonly growers: RunningGateway;
  readonly freshHub: RunningGateway;
  readonly retail: RunningGateway;
}

/** Places and goods of one delivery: from a field through a packhouse to a store. */
export interface Delivery {
  readonly field: string;
  readonly packhouse: string;
  readonly store: string;
  readonly fieldLot: string;
  readonly caseLot: string;
  readonly caseGtin: string;
}

const ids = new RandomIds(Date.now() % 2 ** 32);
const day = (hour: number) => `2026-04-20T${String(hour).padStart(2, '0')}:00:00+02:00`;

/** Registers places and products, and captures a delivery: 100 kg harvested, 80 cases packed of 90 kg, 30 of them in the store. */
export async function deliver({ growers, freshHub, retail }: Chain): Promise<Delivery> {
  const [field, packhouse, store] = [ids.gln(), ids.gln(), ids.gln()].map(gln13) as [string, string, string];
  const [fieldGtin, caseGtin] = [ids.gtin(), ids.gtin()].map(gtin14) as [string, string];
  const fieldLot = canonicalLink({ kind: 'lgtin', gtin: fieldGtin, lot: ids.name('F') });
  const caseLot = canonicalLink({ kind: 'lgtin', gtin: caseGtin, lot: ids.name('C') });
  await growers.api.send('PUT', `/api/sites/${field}`, { name: 'Upper field', kind: 'field' });
  await freshHub.api.send('PUT', `/api/sites/${packhouse}`, { name: 'Packhouse', kind: 'packhouse' });
  await retail.api.send('PUT', `/api/sites/${store}`, { name: 'Store 1', kind: 'store' });
  await freshHub.api.send('PUT', `/api/products/${caseGtin}`, { name: 'Lettuce, case of 12', limits: [] });
  await capture(
    growers,
    harvested({ at: day(5), gln: field }, [[fieldLot, 100, 'KGM']]),
    shipped({ at: day(6), gln: field }, packhouse, [], [[fieldLot, 90, 'KGM']]),
  );
  await capture(
    freshHub,
    received({ at: day(7), gln: packhouse }, [], [[fieldLot, 90, 'KGM']]),
    transformed({ at: day(8), gln: packhouse }, [[fieldLot, 90, 'KGM']], [[caseLot, 80, 'EA']]),
    shipped({ at: day(9), gln: packhouse }, store, [], [[caseLot, 30, 'EA']]),
  );
  await capture(retail, received({ at: day(10), gln: store }, [], [[caseLot, 30, 'EA']]));
  return { field, packhouse, store, fieldLot, caseLot, caseGtin };
}

/** Registers a packhouse and a store, and captures cases that are on the way from the one to the other. Gives their lot. */
export async function sendOff(freshHub: RunningGateway, retail: RunningGateway): Promise<string> {
  const [packhouse, store] = [ids.gln(), ids.gln()].map(gln13) as [string, string];
  const lot = canonicalLink({ kind: 'lgtin', gtin: gtin14(ids.gtin()), lot: ids.name('C') });
  await freshHub.api.send('PUT', `/api/sites/${packhouse}`, { name: 'Packhouse', kind: 'packhouse' });
  await retail.api.send('PUT', `/api/sites/${store}`, { name: 'Store 1', kind: 'store' });
  await capture(
    freshHub,
    harvested({ at: day(5), gln: packhouse }, [[lot, 20, 'EA']]),
    shipped({ at: day(6), gln: packhouse }, store, [], [[lot, 20, 'EA']]),
  );
  return lot;
}

/** Single items of one lot, of which two are in a store and one went into something else in the packhouse. */
export interface SingleItems {
  readonly lot: string;
  /** In the store, in the store, used. */
  readonly items: readonly [string, string, string];
  readonly made: string;
  readonly packhouse: string;
  readonly store: string;
}

/** Registers places and a product, and captures items that are told by serial number, with their lot in their links. */
export async function deliverItems({ freshHub, retail }: Chain): Promise<SingleItems> {
  const [packhouse, store] = [ids.gln(), ids.gln()].map(gln13) as [string, string];
  const [gtin, madeGtin] = [ids.gtin(), ids.gtin()].map(gtin14) as [string, string];
  const number = ids.name('S');
  const link = (serial: string) => `https://id.gs1.org/01/${gtin}/10/${number}/21/${serial}`;
  const made = canonicalLink({ kind: 'lgtin', gtin: madeGtin, lot: ids.name('T') });
  await freshHub.api.send('PUT', `/api/sites/${packhouse}`, { name: 'Packhouse', kind: 'packhouse' });
  await retail.api.send('PUT', `/api/sites/${store}`, { name: 'Store 1', kind: 'store' });
  await freshHub.api.send('PUT', `/api/products/${gtin}`, { name: 'Salad bowl', limits: [] });
  const items = ['1', '2', '3'].map((serial) => canonicalLink({ kind: 'sgtin', gtin, serial }));
  const [first = '', second = '', third = ''] = items;
  await capture(
    freshHub,
    commissioned({ at: day(5), gln: packhouse }, ['1', '2', '3'].map(link)),
    { ...transformed({ at: day(6), gln: packhouse }, [], [[made, 1, 'EA']]), inputEPCList: [third] },
    shipped({ at: day(6), gln: packhouse }, store, [first, second]),
  );
  await capture(retail, received({ at: day(8), gln: store }, [first, second]));
  const lot = canonicalLink({ kind: 'lgtin', gtin, lot: number });
  return { lot, items: [first, second, third], made, packhouse, store };
}

/** Captures events in one document. */
export function capture({ api }: RunningGateway, ...events: object[]): Promise<unknown> {
  return api.send('POST', '/api/capture', epcisDocument(events));
}

/** A finding in which nothing was found, with what was. */
export function finding(place: string, item: string, found: Record<string, string>, uom = 'EA') {
  const nothing = { quarantined: '0', returned: '0', destroyed: '0', sold: '0', notFound: '0', note: null };
  return { place, item, uom, ...nothing, ...found };
}
