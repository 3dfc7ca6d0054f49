import {
  type CteRecord,
  cteKinds,
  cteRemarks,
  type Derived,
  groupSupplies,
  supplyPlaces,
  traceabilityLotCode,
} from '@hopline/protocol/fsma';
import { z } from 'zod';
import { asOfSchema } from '../query/freshness.ts';

const supplySchema = z.object({
  /** Master data of a place or product, an event to be captured, or one to be corrected. */
  in: z.enum(supplyPlaces),
  /** GLN, GTIN, goods or unit, or the event's hash. */
  id: z.string().nullable(),
  name: z.string().nullable(),
  /** Columns of a master-data import. */
  fields: z.array(z.string()),
  advice: z.string(),
});

const missingSchema = z.object({
  element: z.string(),
  title: z.string(),
  clause: z.string(),
  /** Parts that are missing; none: all of the element is. */
  parts: z.array(z.string()),
  supply: supplySchema,
});

const recordSchema = z.object({
  cte: z.enum(cteKinds),
  event: z.string(),
  transactionId: z.string().nullable(),
  block: z.int().nullable(),
  timeMs: z.int(),
  place: z.string().nullable(),
  placeName: z.string().nullable(),
  item: z.string().nullable(),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  product: z.string().nullable(),
  traceabilityLotCode: z.string().nullable(),
  input: z.string().nullable(),
  unit: z.string().nullable(),
  /** Whether the product is on the Food Traceability List; `null` where nobody has said. One that is not lacks nothing. */
  listed: z.boolean().nullable(),
  outcome: z.string().nullable(),
  declaredWrong: z.boolean(),
  missing: z.array(missingSchema),
  /** Times that contradict the order in which things must have happened. */
  remarks: z.array(z.enum(cteRemarks)),
});

export const fsmaCheckSchema = z.object({
  counts: z.object({ records: z.int(), complete: z.int(), lacking: z.int(), missing: z.int() }),
  records: z.array(recordSchema),
  /** All that is missing, by where it can be supplied; what completes most records comes first. */
  supplies: z.array(supplySchema.extend({ records: z.int(), clauses: z.array(z.string()) })),
  /** Movements before initial packing, which are no critical tracking events (21 CFR 1.1340(c), 1.1345(c)). */
  passedOver: z.array(z.object({ event: z.string(), item: z.string().nullable(), why: z.string() })),
  ...asOfSchema.shape,
});
type FsmaCheck = Omit<z.input<typeof fsmaCheckSchema>, keyof typeof asOfSchema.shape>;

/** Records and what is missing of them, as the check tells it. */
export function checkAnswer({ records, passedOver }: Derived): FsmaCheck {
  const lacking = records.filter(({ missing }) => missing.length > 0);
  return {
    counts: {
      records: records.length,
      complete: records.length - lacking.length,
      lacking: lacking.length,
      missing: lacking.reduce((sum, { missing }) => sum + missing.length, 0),
    },
    records: records.map(shown),
    supplies: groupSupplies(records).map((need) => ({ ...need, fields: [...need.fields], clauses: [...need.clauses] })),
    passedOver: passedOver.map(({ event, item, why }) => ({ event: event.hash, item, why })),
  };
}

function shown({ cte, event, gtin, lot, values, ...record }: CteRecord): FsmaCheck['records'][number] {
  // Records of raw commodities have a farm and a commodity where later ones have a place and a product.
  const place = values.place ?? values.farm;
  const { product, commodity } = values;
  return {
    cte,
    event: event.hash,
    transactionId: event.transactionId,
    block: event.block,
    timeMs: event.event.eventTimeMs,
    place: record.place,
    placeName: place?.is === 'location' ? place.name : null,
    item: record.item,
    gtin,
    lot,
    product: product?.is === 'product' ? product.name : commodity?.is === 'commodity' ? nameOf(commodity) : null,
    traceabilityLotCode: gtin !== null && lot !== null ? traceabilityLotCode(gtin, lot) : null,
    input: record.input,
    unit: record.unit,
    listed: record.listed,
    outcome: event.outcome,
    declaredWrong: record.declaredWrong,
    missing: record.missing.map((each) => ({
      ...each,
      parts: [...each.parts],
      supply: { ...each.supply, fields: [...each.supply.fields] },
    })),
    remarks: [...record.remarks],
  };
}

function nameOf({ commodity, variety }: { commodity: string; variety: string | null }): string {
  return variety === null ? commodity : `${commodity}, ${variety}`;
}
