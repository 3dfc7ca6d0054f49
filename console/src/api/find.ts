import * as z from 'zod/mini';
import { request } from './request.ts';
import { asOfShape } from './shapes.ts';

const resultSchema = z.object({
  kind: z.enum(['lot', 'item', 'unit', 'product', 'site', 'party', 'asset']),
  id: z.string(),
  label: z.string(),
  gtin: z.nullable(z.string()),
  lot: z.nullable(z.string()),
  sscc: z.nullable(z.string()),
  gln: z.nullable(z.string()),
});
export type FindResult = z.infer<typeof resultSchema>;

const findSchema = z.object({ results: z.array(resultSchema), ...asOfShape });

/** What a text in the find box names. Throws ApiError, also for a text that cannot name anything. */
export async function find(q: string, signal?: AbortSignal): Promise<FindResult[]> {
  const path = `/api/find?${new URLSearchParams({ q })}`;
  return (await request(path, findSchema, { ...(signal ? { signal } : {}) })).results;
}
