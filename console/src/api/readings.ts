import * as z from 'zod/mini';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

/** Readings that one question asks for; a batch can hold more. */
export const maxReadings = 500;

const readingSchema = z.object({
  device: z.string(),
  records: z.array(
    z.object({ stream: z.string(), unit: z.nullable(z.string()), timeMs: z.number(), value: z.unknown() }),
  ),
});
export type Reading = z.infer<typeof readingSchema>;

const readingsSchema = z.object({ readings: z.array(readingSchema), ...asOfShape });

/**
 * Raw readings of a batch of an edge node (`{gln}/{n}`), fetched from the edge and verified by the gateway against what
 * is anchored. Throws ApiError, `not-found` where this gateway does not know the edge node's address.
 */
export async function fetchReadings(node: string, sequence: number, signal?: AbortSignal): Promise<Reading[]> {
  const path = `/api/batches/${node}/${sequence}/readings?limit=${maxReadings}`;
  return (await request(path, readingsSchema, { ...(signal ? { signal } : {}) })).readings;
}
