import { companyPrefix, sscc, trackerLink } from './keys.ts';
import { places, products } from './network.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** From first harvest to last shelf. A story that ends now began this long ago. */
export const productionSpanMs = 36 * hourMs;

export const fieldLotsPerProduction = 2;
export const caseLotsPerProduction = 6;
export const palletsPerProduction = 4;
export const lotsPerProduction = fieldLotsPerProduction + caseLotsPerProduction;
export const fieldKilograms = 500;
/** What the second grower's bins weigh on arrival: a difference that the ledger must record. */
export const receivedKilograms = [500, 498] as const;
export const casesPerLot = 80;

export interface Pallet {
  readonly sscc: string;
  readonly tracker: { readonly number: number; readonly link: string };
  readonly warehouse: string;
  readonly lots: readonly string[];
  readonly casesOfEachLot: number;
  /** How long it stands on the warm dock before it is taken in; 0 for all but one pallet of the story. */
  readonly dockMs: number;
}

/** Points in time of a production, milliseconds since 1970. */
export interface ProductionTimes {
  readonly harvest: number;
  readonly fieldShip: number;
  readonly packhouseReceive: number;
  readonly cool: number;
  readonly pack: number;
  readonly load: number;
  readonly palletShip: number;
  readonly warehouseReceive: number;
  readonly unload: number;
  readonly storeShip: number;
  readonly storeReceive: number;
}

/** One day's production: two field lots become six case lots on four pallets, for two warehouses and six stores. */
export interface Production {
  readonly number: number;
  readonly fieldLots: readonly { readonly lot: string; readonly field: string }[];
  readonly caseLots: readonly string[];
  readonly pallets: readonly Pallet[];
  readonly times: ProductionTimes;
}

/**
 * Plans production `number` (0, 1, …) of a story that ends at `endMs`. Productions follow each other by 20 minutes; the
 * second pallet of the first one is left on the dock for 75 minutes.
 */
export function planProduction(number: number, endMs: number): Production {
  const start = endMs - productionSpanMs + number * 20 * minuteMs;
  const day = new Date(start).toISOString().slice(2, 10).replaceAll('-', '');
  const suffix = String(number + 1).padStart(2, '0');
  // Lot numbers as growers write them: the slash is allowed by GS1 and has to survive every address.
  const fieldLots = places.fields.map((field, index) => ({ lot: `F${index + 1}/${day}-${suffix}`, field }));
  const caseLots = Array.from({ length: caseLotsPerProduction }, (_, index) => `RH${day}-${suffix}${'ABCDEF'[index]}`);
  const pallets = Array.from({ length: palletsPerProduction }, (_, index) => planPallet(number, index, caseLots, day));
  return { number, fieldLots, caseLots, pallets, times: planTimes(start) };
}

function planPallet(number: number, index: number, caseLots: readonly string[], day: string): Pallet {
  const serial = number * palletsPerProduction + index + 1;
  const half = caseLotsPerProduction / 2;
  const warehouse = places.warehouses[index < 2 ? 0 : 1];
  if (!warehouse) throw new Error('the story needs two warehouses');
  return {
    sscc: sscc(companyPrefix.freshHub, Number(day) * 1000 + serial),
    tracker: { number: serial, link: trackerLink(companyPrefix.freshHub, serial) },
    warehouse,
    lots: index % 2 === 0 ? caseLots.slice(0, half) : caseLots.slice(half),
    casesOfEachLot: casesPerLot / 2,
    dockMs: number === 0 && index === 1 ? 75 * minuteMs : 0,
  };
}

function planTimes(start: number): ProductionTimes {
  const harvest = start;
  const pack = harvest + 5 * hourMs;
  const palletShip = pack + 90 * minuteMs;
  const warehouseReceive = palletShip + 3 * hourMs;
  return {
    harvest,
    fieldShip: harvest + 1 * hourMs,
    packhouseReceive: harvest + 3 * hourMs,
    cool: harvest + 4 * hourMs,
    pack,
    load: pack + 45 * minuteMs,
    palletShip,
    warehouseReceive,
    unload: warehouseReceive + 14 * hourMs,
    storeShip: warehouseReceive + 15 * hourMs,
    storeReceive: warehouseReceive + 17 * hourMs,
  };
}

export const fieldGtin = products.fieldLettuce.gtin;
export const caseGtin = products.caseLettuce.gtin;
