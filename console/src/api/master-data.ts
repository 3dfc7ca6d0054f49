import * as z from 'zod/mini';
import { request } from './request.ts';

const countsSchema = z.object({ create: z.int(), change: z.int(), none: z.int() });

const importStateSchema = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  total: z.int(),
  done: z.int(),
  error: z.nullable(z.object({ code: z.string(), title: z.string(), at: z.nullable(z.string()) })),
});
/** How far an import is. */
export type ImportState = z.infer<typeof importStateSchema>;

const importAnswerSchema = z.object({
  import: z.nullable(importStateSchema),
  own: countsSchema,
  outside: countsSchema,
  changes: z.array(
    z.object({
      kind: z.enum(['product', 'place', 'organisation']),
      id: z.string(),
      scope: z.enum(['own', 'outside']),
      action: z.enum(['create', 'change', 'none']),
      fields: z.array(z.string()),
      at: z.string(),
    }),
  ),
  ignored: z.array(z.string()),
  problems: z.array(
    z.object({
      at: z.string(),
      field: z.nullable(z.string()),
      code: z.string(),
      message: z.string(),
      value: z.nullable(z.string()),
    }),
  ),
  problemCount: z.int(),
});
/** What an import would do or has begun to do, and what is wrong with the file. */
export type ImportAnswer = z.infer<typeof importAnswerSchema>;

export const masterDataKinds = ['products', 'places', 'organisations'] as const;
export type MasterDataKinds = (typeof masterDataKinds)[number];

const slowMs = 120_000;

/** Reads a file of master data, and imports it unless it is a preview. `kind`: what a CSV file holds. Throws ApiError. */
export function sendMasterData(file: File, kind: MasterDataKinds | null, preview: boolean): Promise<ImportAnswer> {
  const query = new URLSearchParams({ preview: String(preview), ...(kind === null ? {} : { kind }) });
  const isJson = /\.(json|jsonld)$/i.test(file.name);
  return request(`/api/master-data?${query}`, importAnswerSchema, {
    method: 'POST',
    file,
    ...(isJson ? { fileType: 'application/json' } : {}),
    timeoutMs: slowMs,
  });
}

export function fetchImport(id: string, signal?: AbortSignal): Promise<ImportState> {
  return request(`/api/master-data/imports/${encodeURIComponent(id)}`, importStateSchema, {
    ...(signal ? { signal } : {}),
  });
}
