import { z } from 'zod';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const resultSchema = z.object({
  kind: z.enum(['lot', 'item', 'unit', 'product', 'site', 'party', 'asset']),
  id: z.string(),
  label: z.string(),
  gtin: z.string().nullable(),
  lot: z.string().nullable(),
  sscc: z.string().nullable(),
  gln: z.string().nullable(),
});
export type FindResult = z.infer<typeof resultSchema>;

const findSchema = z.object({ results: z.array(resultSchema), ...asOfShape });

/** What a text in the find box names. Throws ApiError, also for a text that cannot name anything. */
export async function find(q: string, signal?: AbortSignal): Promise<FindResult[]> {
  const path = `/api/find?${new URLSearchParams({ q })}`;
  return (await request(path, findSchema, { ...(signal ? { signal } : {}) })).results;
}
