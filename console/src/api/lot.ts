import { escapeSegment } from '@hopline/protocol/gs1';
import * as z from 'zod/mini';
import { conditionsSchema, containmentSchema, hopSchema, transitSchema } from './history.ts';
import { request } from './request.ts';
import { asOfShape, evidenceSchema, placeSchema, quantitySchema, ruleSchema } from './shapes.ts';

const identityShape = { id: z.string(), gtin: z.string(), lot: z.string() };

/** What anybody may know of a lot. */
const publicLotSchema = z.pipe(
  z.object({
    ...identityShape,
    product: z.nullable(z.object({ name: z.string() })),
    disposition: z.nullable(z.string()),
    firstMs: z.int(),
    lastMs: z.int(),
    hops: z.array(
      z.object({
        kind: z.nullable(z.string()),
        arrivalMs: z.int(),
        departureMs: z.nullable(z.int()),
        transactionId: z.nullable(z.string()),
        block: z.nullable(z.int()),
      }),
    ),
    excursions: z.object({ certain: z.int(), possible: z.int() }),
    ...asOfShape,
  }),
  z.transform((lot) => ({ view: 'public' as const, ...lot })),
);
export type PublicLot = z.infer<typeof publicLotSchema>;

/** A receipt that differs from what was sent. */
const discrepancySchema = z.object({
  shipment: z.string(),
  item: z.string(),
  kind: z.enum(['short', 'over', 'refused', 'units', 'settled']),
  sent: z.string(),
  received: z.string(),
  /** What the receiver sent back without taking it over. */
  refused: z.optional(z.string()),
  uom: z.nullable(z.string()),
  /** Unit of what was received, where it is another than that of what was sent. */
  receivedUom: z.optional(z.nullable(z.string())),
  from: z.string(),
  to: z.string(),
  event: z.string(),
  atMs: z.int(),
});
export type Discrepancy = z.infer<typeof discrepancySchema>;

const lotEventSchema = z.extend(evidenceSchema, {
  type: z.string(),
  place: z.nullable(placeSchema),
  outcome: z.string(),
  flags: z.array(z.string()),
});
export type LotEvent = z.infer<typeof lotEventSchema>;

const holdingSchema = z.object({
  place: placeSchema,
  custodian: z.string(),
  quantity: quantitySchema,
  disposition: z.nullable(z.string()),
  sinceMs: z.int(),
});
export type Holding = z.infer<typeof holdingSchema>;

const fullLotSchema = z.pipe(
  z.object({
    ...identityShape,
    product: z.nullable(z.object({ name: z.string(), mspId: z.string(), limits: z.array(ruleSchema) })),
    origin: z.nullable(z.enum(['declared', 'network'])),
    disposition: z.nullable(z.string()),
    state: z.enum(['held', 'in-transit', 'gone', 'seen']),
    firstMs: z.int(),
    lastMs: z.int(),
    hops: z.array(hopSchema),
    transits: z.array(transitSchema),
    units: z.array(containmentSchema),
    holdings: z.array(holdingSchema),
    events: z.array(lotEventSchema),
    discrepancies: z.array(discrepancySchema),
    conditions: conditionsSchema,
    truncated: z.boolean(),
    ...asOfShape,
  }),
  z.transform((lot) => ({ view: 'full' as const, ...lot })),
);
export type FullLot = z.infer<typeof fullLotSchema>;

/** A full answer is tried first: what is public is a part of it in another form, and would never be mistaken for it. */
export const lotSchema = z.union([fullLotSchema, publicLotSchema]);
export type Lot = z.infer<typeof lotSchema>;

/** All that this caller may know of a lot. Throws ApiError. */
export function fetchLot(gtin: string, lot: string, signal?: AbortSignal): Promise<Lot> {
  return request(lotApiPath(gtin, lot), lotSchema, { ...(signal ? { signal } : {}) });
}

export function lotApiPath(gtin: string, lot: string): string {
  return `/api/lots/${gtin}/${escapeSegment(lot)}`;
}
