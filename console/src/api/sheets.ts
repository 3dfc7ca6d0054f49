import * as z from 'zod/mini';
import { request, requestNothing } from './request.ts';

const fieldSchema = z.object({
  name: z.string(),
  kind: z.string(),
  label: z.string(),
  required: z.boolean(),
  help: z.string(),
  example: z.string(),
});
export type Field = z.infer<typeof fieldSchema>;

const stepsSchema = z.object({
  steps: z.array(z.object({ step: z.string(), label: z.string(), grouping: z.string(), fields: z.array(fieldSchema) })),
  units: z.array(z.object({ code: z.string(), label: z.string(), word: z.string() })),
});
export type Steps = z.infer<typeof stepsSchema>;
export type Step = Steps['steps'][number];

const mappingSchema = z.object({
  step: z.string(),
  sheet: z.nullable(z.string()),
  headerRow: z.nullable(z.int()),
  columns: z.record(z.string(), z.int()),
  constants: z.record(z.string(), z.string()),
  dateFormat: z.enum(['ymd', 'dmy', 'mdy']),
  timeZone: z.string(),
  decimal: z.enum(['.', ',']),
  units: z.record(z.string(), z.string()),
});
export type Mapping = z.infer<typeof mappingSchema>;

const partSchema = z.object({
  name: z.string(),
  rows: z.array(z.int()),
  events: z.int(),
  known: z.int(),
  transactionIds: z.array(z.string()),
  block: z.nullable(z.int()),
  flags: z.array(z.string()),
  done: z.boolean(),
});
export type Part = z.infer<typeof partSchema>;

const uploadShape = {
  id: z.string(),
  name: z.string(),
  step: z.nullable(z.string()),
  state: z.enum(['open', 'capturing', 'captured']),
  createdMs: z.number(),
  expiresMs: z.number(),
  capturedMs: z.nullable(z.number()),
  parts: z.array(partSchema),
};
const uploadSchema = z.object(uploadShape);
export type Upload = z.infer<typeof uploadSchema>;

const readUploadSchema = z.object({
  ...uploadShape,
  format: z.enum(['csv', 'xlsx']),
  sheets: z.array(z.string()),
  sheet: z.nullable(z.string()),
  encoding: z.nullable(z.string()),
  delimiter: z.nullable(z.string()),
  headerRow: z.int(),
  columns: z.array(z.object({ column: z.int(), letters: z.string(), name: z.string(), samples: z.array(z.string()) })),
  rows: z.int(),
  firstRows: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })),
  capturedBefore: z.array(uploadSchema),
  proposal: z.object({ mapping: mappingSchema, from: z.enum(['remembered', 'columns']) }),
});
/** An upload whose file has been read. */
export type ReadUpload = z.infer<typeof readUploadSchema>;

const problemSchema = z.object({
  row: z.nullable(z.int()),
  column: z.nullable(z.int()),
  field: z.nullable(z.string()),
  severity: z.enum(['error', 'warning', 'note']),
  code: z.string(),
  message: z.string(),
  advice: z.string(),
});
export type SheetProblem = z.infer<typeof problemSchema>;

const previewSchema = z.object({
  ready: z.boolean(),
  rehearsed: z.boolean(),
  counts: z.object({
    rows: z.int(),
    events: z.int(),
    known: z.int(),
    errors: z.int(),
    warnings: z.int(),
    notes: z.int(),
  }),
  columns: z.array(z.string()),
  rows: z.array(z.object({ row: z.int(), cells: z.array(z.string()), event: z.nullable(z.int()) })),
  problems: z.array(problemSchema),
  events: z.array(
    z.object({
      rows: z.array(z.int()),
      hash: z.string(),
      knownIn: z.nullable(z.string()),
      event: z.record(z.string(), z.unknown()),
    }),
  ),
  parts: z.array(z.object({ name: z.string(), events: z.int() })),
});
export type Preview = z.infer<typeof previewSchema>;

const capturedSchema = z.object({ ...uploadShape, sameAs: z.nullable(z.string()) });
/** How far a capture has come: `capturing` wants to be asked again. */
export type Captured = z.infer<typeof capturedSchema>;

/** Reading a large file, looking at all its events, or a turn of a capture. */
const slowMs = 110_000;

export function fetchSteps(signal: AbortSignal): Promise<Steps> {
  return request('/api/sheets/steps', stepsSchema, { signal });
}

/** Uploads, the latest first. */
export async function fetchUploads(signal: AbortSignal): Promise<Upload[]> {
  return (await request('/api/sheets', z.object({ uploads: z.array(uploadSchema) }), { signal })).uploads;
}

/** Uploads a file. Throws ApiError, also where it cannot be read. */
export function uploadSheet(file: File, timeZone: string): Promise<ReadUpload> {
  const query = new URLSearchParams({ name: file.name.slice(-200), timeZone });
  return request(`/api/sheets?${query}`, readUploadSchema, { method: 'POST', file, timeoutMs: slowMs });
}

/** An upload with a mapping proposed for a step, or for the step that fits best. */
export function fetchUpload(
  id: string,
  { step, sheet, headerRow, timeZone }: { step?: string; sheet?: string | null; headerRow?: number; timeZone: string },
): Promise<ReadUpload> {
  const query = new URLSearchParams({ timeZone });
  if (step !== undefined) query.set('step', step);
  if (sheet) query.set('sheet', sheet);
  if (headerRow !== undefined) query.set('headerRow', String(headerRow));
  return request(`/api/sheets/${encodeURIComponent(id)}?${query}`, readUploadSchema, { timeoutMs: slowMs });
}

/** Maps an upload's columns. What would be captured comes back; nothing is. */
export function mapSheet(id: string, mapping: Mapping): Promise<Preview> {
  const path = `/api/sheets/${encodeURIComponent(id)}/mapping`;
  return request(path, previewSchema, { method: 'PUT', json: mapping, timeoutMs: slowMs });
}

/** Captures an upload to its end, turn by turn. A turn that fails leaves what it has done; asking again goes on. */
export async function captureSheet(
  id: string,
  again: boolean,
  onProgress: (captured: Captured) => void,
): Promise<Captured> {
  const path = `/api/sheets/${encodeURIComponent(id)}/capture`;
  for (;;) {
    const captured = await request(path, capturedSchema, { method: 'POST', json: { again }, timeoutMs: slowMs });
    if (captured.state !== 'capturing') return captured;
    onProgress(captured);
  }
}

export function deleteSheet(id: string): Promise<void> {
  return requestNothing(`/api/sheets/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
