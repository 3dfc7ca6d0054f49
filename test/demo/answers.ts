import { z } from 'zod';

/** The parts of the gateway's answers on which the story's checks rest. */
const evidence = z.object({ event: z.string(), transactionId: z.string().nullable(), block: z.number().nullable() });
const place = z.object({ gln: z.string(), kind: z.string().nullable(), custodian: z.string().nullable() });

export const lotAnswer = z.object({
  id: z.string(),
  hops: z.array(
    z.object({ place, arrivalMs: z.number(), departureMs: z.number().nullable(), arrived: evidence.nullable() }),
  ),
  holdings: z.array(z.object({ place, custodian: z.string(), quantity: z.looseObject({ amount: z.string() }) })),
  discrepancies: z.array(z.unknown()),
  conditions: z.object({
    stays: z.array(
      z.object({
        place: place.nullable(),
        unit: z.string().nullable(),
        streams: z.array(z.object({ stream: z.string() })),
      }),
    ),
    excursions: z.array(z.object({ stream: z.string(), certainty: z.string() })),
  }),
});

export const traceAnswer = z.object({
  lots: z.array(z.string()),
  nodes: z.array(z.object({ id: z.string(), kind: z.string() })),
  ms: z.number(),
});
export type TraceAnswer = z.infer<typeof traceAnswer>;

export const unitAnswer = z.object({
  contents: z.array(z.object({ item: z.string() })),
  conditions: z.object({ excursions: z.array(z.unknown()) }),
});

export const overviewAnswer = z.object({
  counts: z.object({
    lots: z.number(),
    readings: z.number(),
    batches: z.number(),
    excursions: z.number(),
    discrepancies: z.number(),
    missingSummaries: z.number(),
  }),
});

export const statusAnswer = z.object({
  openReadings: z.number(),
  outboxBatches: z.number(),
  counts: z.object({ duplicates: z.number(), refused: z.number(), quarantined: z.number() }),
});
