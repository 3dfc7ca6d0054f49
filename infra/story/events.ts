import { escapeSegment } from '@hopline/protocol/gs1';
import { lotLink, partyLink, placeLink, unitLink } from './keys.ts';
import { type OrganisationName, organisations, places } from './network.ts';
import {
  caseGtin,
  casesPerLot,
  fieldGtin,
  fieldKilograms,
  type Pallet,
  type Production,
  receivedKilograms,
} from './production.ts';

/** EPCIS events that one organisation captures together, in the order in which they happened. */
export interface StoryStep {
  readonly by: OrganisationName;
  readonly what: string;
  readonly atMs: number;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

interface Quantity {
  readonly epcClass: string;
  readonly quantity: number;
  readonly uom?: string;
}

const hourMs = 3_600_000;
/** All of the story happens in California. */
const timeZone = 'America/Los_Angeles';

/** Everything that happens to a production, step by step (EPCIS 2.0 JSON, CBV 2.0 terms). */
export function productionSteps(production: Production): StoryStep[] {
  const { times } = production;
  return [
    step(
      'growers',
      'harvest',
      times.harvest,
      production.fieldLots.map((lot) => harvest(production, lot)),
    ),
    step(
      'growers',
      'ship to the packhouse',
      times.fieldShip,
      production.fieldLots.map((lot) => fieldShipping(production, lot)),
    ),
    step(
      'freshHub',
      'receive at the packhouse',
      times.packhouseReceive,
      production.fieldLots.map((lot, i) => fieldReceiving(production, lot, i)),
    ),
    step(
      'freshHub',
      'cool',
      times.cool,
      production.fieldLots.map((lot, i) => cooling(production, lot, i)),
    ),
    step('freshHub', 'pack', times.pack, [packing(production)]),
    step(
      'freshHub',
      'load pallets',
      times.load,
      production.pallets.flatMap((pallet) => loading(production, pallet)),
    ),
    step(
      'freshHub',
      'ship pallets',
      times.palletShip,
      production.pallets.map((pallet) => palletShipping(production, pallet)),
    ),
    step(
      'freshHub',
      'receive pallets',
      times.warehouseReceive,
      production.pallets.map((pallet) => palletReceiving(production, pallet)),
    ),
    step(
      'freshHub',
      'break pallets',
      times.unload,
      production.pallets.flatMap((pallet) => unloading(production, pallet)),
    ),
    step(
      'freshHub',
      'ship to stores',
      times.storeShip,
      deliveries(production).map((delivery) => storeShipping(production, delivery)),
    ),
    step(
      'retail',
      'receive at stores',
      times.storeReceive,
      deliveries(production).map((delivery) => storeReceiving(production, delivery)),
    ),
  ];
}

function harvest({ times }: Production, { lot, field }: { lot: string; field: string }) {
  return {
    ...common('ObjectEvent', times.harvest, 'commissioning', 'active', field),
    ...documents([['prodorder', field, `HARVEST-${lot}`]]),
    action: 'ADD',
    quantityList: [kilograms(lot, fieldKilograms)],
    ilmd: { 'cbvmda:harvestStartDate': iso(times.harvest - hourMs), 'cbvmda:harvestEndDate': iso(times.harvest) },
    '@context': { cbvmda: 'urn:epcglobal:cbv:mda:' },
  };
}

function fieldShipping({ times }: Production, { lot, field }: { lot: string; field: string }) {
  return {
    ...common('ObjectEvent', times.fieldShip, 'shipping', 'in_transit', field),
    ...documents([['bol', field, `BOL-${lot}`]]),
    action: 'OBSERVE',
    quantityList: [kilograms(lot, fieldKilograms)],
    ...journey('growers', field, 'freshHub', places.packhouse),
  };
}

function fieldReceiving({ times }: Production, { lot, field }: { lot: string; field: string }, index: number) {
  return {
    ...common('ObjectEvent', times.packhouseReceive, 'receiving', 'in_progress', places.packhouse),
    ...documents([
      ['recadv', places.packhouse, `GR-${lot}`],
      ['bol', field, `BOL-${lot}`],
    ]),
    action: 'OBSERVE',
    quantityList: [kilograms(lot, receivedKilograms[index] ?? fieldKilograms)],
    ...journey('growers', field, 'freshHub', places.packhouse),
  };
}

/** CBV has no step for cooling: the own term that uploaded sheets use too. */
function cooling({ times, number }: Production, { lot }: { lot: string }, index: number) {
  return {
    ...common('ObjectEvent', times.cool, 'urn:hopline:bizstep:cooling', 'in_progress', places.packhouse),
    ...documents([['prodorder', places.packhouse, `COOL-${dayCode(times.cool)}-${number + 1}`]]),
    action: 'OBSERVE',
    quantityList: [kilograms(lot, receivedKilograms[index] ?? fieldKilograms)],
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: 3, uom: 'CEL' }] }],
  };
}

function packing({ times, fieldLots, caseLots, number }: Production) {
  return {
    ...common('TransformationEvent', times.pack, 'commissioning', 'active', places.packhouse),
    ...documents([['prodorder', places.packhouse, `PACK-${dayCode(times.pack)}-${number + 1}`]]),
    transformationID: `urn:uuid:00000000-0000-4000-8000-${String(times.pack + number)
      .padStart(12, '0')
      .slice(-12)}`,
    inputQuantityList: fieldLots.map(({ lot }, index) => kilograms(lot, receivedKilograms[index] ?? fieldKilograms)),
    outputQuantityList: caseLots.map((lot) => cases(lot, casesPerLot)),
  };
}

function loading({ times }: Production, pallet: Pallet) {
  return [
    {
      ...common('AggregationEvent', times.load, 'packing', 'in_progress', places.packhouse),
      action: 'ADD',
      parentID: unitLink(pallet.sscc),
      childQuantityList: pallet.lots.map((lot) => cases(lot, pallet.casesOfEachLot)),
    },
    {
      ...common('AssociationEvent', times.load + 60_000, 'installing', 'active', places.packhouse),
      action: 'ADD',
      parentID: unitLink(pallet.sscc),
      childEPCs: [pallet.tracker.link],
    },
  ];
}

function palletShipping({ times }: Production, pallet: Pallet) {
  return {
    ...common('ObjectEvent', times.palletShip, 'shipping', 'in_transit', places.packhouse),
    ...documents([['desadv', places.packhouse, `ASN-${pallet.sscc}`]]),
    action: 'OBSERVE',
    epcList: [unitLink(pallet.sscc)],
    ...journey('freshHub', places.packhouse, 'freshHub', pallet.warehouse),
  };
}

function palletReceiving({ times }: Production, pallet: Pallet) {
  return {
    ...common('ObjectEvent', times.warehouseReceive, 'receiving', 'in_progress', pallet.warehouse),
    ...documents([
      ['recadv', pallet.warehouse, `GR-${pallet.sscc}`],
      ['desadv', places.packhouse, `ASN-${pallet.sscc}`],
    ]),
    action: 'OBSERVE',
    epcList: [unitLink(pallet.sscc)],
    ...journey('freshHub', places.packhouse, 'freshHub', pallet.warehouse),
  };
}

function unloading({ times }: Production, pallet: Pallet) {
  return [
    {
      ...common('AssociationEvent', times.unload, 'removing', 'active', pallet.warehouse),
      action: 'DELETE',
      parentID: unitLink(pallet.sscc),
      childEPCs: [pallet.tracker.link],
    },
    {
      ...common('AggregationEvent', times.unload + 60_000, 'unpacking', 'in_progress', pallet.warehouse),
      action: 'DELETE',
      parentID: unitLink(pallet.sscc),
      childQuantityList: pallet.lots.map((lot) => cases(lot, pallet.casesOfEachLot)),
    },
  ];
}

interface Delivery {
  readonly warehouse: string;
  readonly store: string;
  readonly quantities: readonly Quantity[];
}

/** Each warehouse serves three stores; of the 40 cases of a lot they get 14, 13 and 13. */
function deliveries({ caseLots }: Production): Delivery[] {
  const shares = [14, 13, 13];
  return places.warehouses.flatMap((warehouse, index) =>
    places.stores.slice(3 * index, 3 * index + 3).map((store, position) => ({
      warehouse,
      store,
      quantities: caseLots.map((lot) => cases(lot, shares[position] ?? 0)),
    })),
  );
}

function storeShipping({ times, number }: Production, { warehouse, store, quantities }: Delivery) {
  return {
    ...common('ObjectEvent', times.storeShip, 'shipping', 'in_transit', warehouse),
    ...documents(deliveryPapers(times.storeShip, number, warehouse, store)),
    action: 'OBSERVE',
    quantityList: quantities,
    ...journey('freshHub', warehouse, 'retail', store),
  };
}

function storeReceiving({ times, number }: Production, { warehouse, store, quantities }: Delivery) {
  return {
    ...common('ObjectEvent', times.storeReceive, 'receiving', 'in_progress', store),
    ...documents(deliveryPapers(times.storeShip, number, warehouse, store)),
    action: 'OBSERVE',
    quantityList: quantities,
    ...journey('freshHub', warehouse, 'retail', store),
  };
}

function common(type: string, atMs: number, bizStep: string, disposition: string, place: string) {
  return {
    type,
    eventTime: iso(atMs),
    eventTimeZoneOffset: localOffset(atMs),
    bizStep,
    disposition,
    readPoint: { id: placeLink(place) },
    bizLocation: { id: placeLink(place) },
  };
}

type Papers = ReadonlyArray<
  readonly [type: 'bol' | 'desadv' | 'po' | 'prodorder' | 'recadv', issuer: string, number: string]
>;

/** Documents by type, the GLN of their issuer, and the number that stands on them (CBV 2.0, section 8.5.2). */
function documents(papers: Papers) {
  return {
    bizTransactionList: papers.map(([type, issuer, number]) => ({
      type,
      bizTransaction: `urn:epcglobal:cbv:bt:${issuer}:${escapeSegment(number)}`,
    })),
  };
}

/** A store's order, and the notice that its goods are on the way. */
function deliveryPapers(atMs: number, production: number, warehouse: string, store: string): Papers {
  const number = `${dayCode(atMs)}-${production + 1}-${store.slice(-4, -1)}`;
  return [
    ['desadv', warehouse, `ASN-${number}`],
    ['po', organisations.retail.party, `PO-${number}`],
  ];
}

/** Offset from UTC at the story's places: the day of an event is that of where it happened. */
function localOffset(atMs: number): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(atMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') || '+00:00';
}

/** The day as it stands in numbers of documents: `260601`. */
function dayCode(atMs: number): string {
  return iso(atMs).slice(2, 10).replaceAll('-', '');
}

function journey(from: OrganisationName, fromPlace: string, to: OrganisationName, toPlace: string) {
  return {
    sourceList: [
      { type: 'possessing_party', source: partyLink(organisations[from].party) },
      { type: 'location', source: placeLink(fromPlace) },
    ],
    destinationList: [
      { type: 'possessing_party', destination: partyLink(organisations[to].party) },
      { type: 'location', destination: placeLink(toPlace) },
    ],
  };
}

function kilograms(lot: string, quantity: number): Quantity {
  return { epcClass: lotLink(fieldGtin, lot), quantity, uom: 'KGM' };
}

/** Cases are counted: a quantity of a trade item needs no unit of measure (EPCIS 2.0, section 7.3.3.3). */
function cases(lot: string, quantity: number): Quantity {
  return { epcClass: lotLink(caseGtin, lot), quantity };
}

function step(by: OrganisationName, what: string, atMs: number, events: StoryStep['events']): StoryStep {
  return { by, what, atMs, events };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
