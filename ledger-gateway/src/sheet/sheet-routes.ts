import { toBase64Url } from '@hopline/protocol';
import { Hono } from 'hono';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { httpLimits } from '../http/limits.ts';
import { parseRequest } from '../http/problem-response.ts';
import { readBytes, readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { captureSheet } from './capture-sheet.ts';
import { findHeader, type Sheet, samplesOf } from './find-header.ts';
import { csvTemplate, xlsxTemplate } from './make-template.ts';
import { type Mapping, mappingSchema } from './mapping.ts';
import { previewSchema, previewSheet } from './preview-sheet.ts';
import { fromRemembered, headerSignature, likelyStep, proposeMapping, toRemember } from './propose-mapping.ts';
import { readTable } from './read-table.ts';
import { sheetLimits } from './sheet-limits.ts';
import {
  bytesOf,
  capturesOf,
  deleteUpload,
  fieldsByColumnName,
  keepUpload,
  listUploads,
  partStateSchema,
  putUpload,
  rememberedMappings,
  rememberMapping,
  type Upload,
  uploadOf,
  uploadStateSchema,
} from './sheet-store.ts';
import { stepNames, steps } from './steps.ts';
import { columnLetters, type Table } from './table.ts';
import { unitChoices } from './units.ts';

const uploadSchema = z.object({
  id: z.string(),
  name: z.string(),
  step: z.enum(stepNames).nullable(),
  state: uploadStateSchema,
  createdMs: z.number(),
  expiresMs: z.number(),
  capturedMs: z.number().nullable(),
  parts: z.array(partStateSchema),
});

/** A file that was read: how, and what its columns hold. */
const readUploadSchema = uploadSchema.extend({
  format: z.enum(['csv', 'xlsx']),
  sheets: z.array(z.string()),
  sheet: z.string().nullable(),
  encoding: z.string().nullable(),
  delimiter: z.string().nullable(),
  headerRow: z.int(),
  columns: z.array(z.object({ column: z.int(), letters: z.string(), name: z.string(), samples: z.array(z.string()) })),
  rows: z.int(),
  firstRows: z.array(z.object({ row: z.int(), cells: z.array(z.string()) })),
  /** Captures of the very same file. */
  capturedBefore: z.array(uploadSchema),
  proposal: z.object({ mapping: mappingSchema, from: z.enum(['remembered', 'columns']) }),
});

const captureAnswerSchema = uploadSchema.extend({ sameAs: z.string().nullable() });

const stepsSchema = z.object({
  steps: z.array(
    z.object({
      step: z.enum(stepNames),
      label: z.string(),
      grouping: z.string(),
      fields: z.array(
        z.object({
          name: z.string(),
          kind: z.string(),
          label: z.string(),
          required: z.boolean(),
          help: z.string(),
          example: z.string(),
        }),
      ),
    }),
  ),
  units: z.array(z.object({ code: z.string(), label: z.string(), word: z.string() })),
});

const uploadQuery = z.object({
  name: z.string().min(1).max(sheetLimits.maxFileNameChars),
  timeZone: z.string().max(64).optional(),
});
const readQuery = z.object({
  step: z.enum(stepNames).optional(),
  sheet: z.string().max(200).optional(),
  headerRow: z.coerce.number().int().min(1).optional(),
  timeZone: z.string().max(64).optional(),
});
const templateSchema = z.object({
  file: z.templateLiteral([z.enum(stepNames), '.', z.enum(['csv', 'xlsx'])]),
});
const captureBody = z.strictObject({ again: z.boolean().default(false) });
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const tag = 'sheets';

/** Uploads of CSV and XLSX files: read, map, preview, capture. Mounted at `/api`. */
export function sheetRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock } = app;
  /** Uploads that are being captured: two at a time would do the same work twice. */
  const busy = new Set<string>();
  const allowed = requires('capture');
  return new Hono<AppEnv>()
    .get(
      '/sheets/steps',
      route({ summary: 'Steps that a sheet may hold, with their fields', tag, answer: stepsSchema }),
      allowed,
      (c) =>
        c.json({
          steps: stepNames.map((step) => ({
            ...steps[step],
            fields: steps[step].fields.map(({ synonyms: _, ...field }) => field),
          })),
          units: [...unitChoices],
        }),
    )
    .get(
      '/sheets/templates/:file',
      route({ summary: 'A sheet to fill in for a step: {step}.csv or {step}.xlsx', tag, answerType: xlsxType }),
      allowed,
      async (c) => {
        const { file } = parseRequest(templateSchema, c.req.param());
        const [name, format] = file.split('.');
        const step = parseRequest(z.enum(stepNames), name);
        const headers = { 'content-disposition': `attachment; filename="hopline-${file}"` };
        return format === 'csv'
          ? c.body(csvTemplate(step), 200, { ...headers, 'content-type': 'text/csv; charset=utf-8' })
          : c.body(new Uint8Array(await xlsxTemplate(step)), 200, { ...headers, 'content-type': xlsxType });
      },
    )
    .get(
      '/sheets',
      route({ summary: 'Uploads, the latest first', tag, answer: z.object({ uploads: z.array(uploadSchema) }) }),
      allowed,
      async (c) => c.json({ uploads: (await listUploads(store, clock.now(), 50)).map(shown) }),
    )
    .post(
      '/sheets',
      route({
        summary: 'Upload a CSV or XLSX file',
        tag,
        query: uploadQuery,
        bodyType: 'application/octet-stream',
        answer: readUploadSchema,
        status: 201,
      }),
      allowed,
      async (c) => {
        const { name, timeZone } = parseRequest(uploadQuery, c.req.query());
        const bytes = await readBytes(c, sheetLimits.maxFileBytes);
        // Read before it is kept: what cannot be read is of no use to anybody.
        findHeader(await readTable(bytes), null);
        const id = `sh_${toBase64Url(app.randomBytes(12))}`;
        const upload = await keepUpload(store, { id, name, bytes, nowMs: clock.now() });
        return c.json(await describe(app, upload, { timeZone }), 201);
      },
    )
    .get(
      '/sheets/:id',
      route({
        summary: 'An upload, with a mapping proposed for a step',
        tag,
        query: readQuery,
        answer: readUploadSchema,
      }),
      allowed,
      async (c) => {
        const query = parseRequest(readQuery, c.req.query());
        return c.json(await describe(app, await uploadOf(store, c.req.param('id'), clock.now()), query));
      },
    )
    .put(
      '/sheets/:id/mapping',
      route({
        summary: 'Map the columns, and see what would be captured',
        tag,
        body: mappingSchema,
        answer: previewSchema,
      }),
      allowed,
      async (c) => {
        const upload = await uploadOf(store, c.req.param('id'), clock.now());
        if (upload.state !== 'open') {
          throw new GatewayError('conflict', 'its capture has begun: upload the file again for another mapping', {
            state: upload.state,
          });
        }
        const mapping = await readJson(c, mappingSchema, httpLimits.maxJsonBytes);
        const preview = await previewSheet(app, upload, mapping);
        await putUpload(store, { ...upload, mapping });
        if (preview.problems.every(({ code }) => code !== 'not-mapped')) {
          const signature = headerSignature(preview.columns);
          const remembered = toRemember(mapping, preview.columns);
          await rememberMapping(store, { signature, step: mapping.step, mapping: remembered, nowMs: clock.now() });
        }
        return c.json(preview);
      },
    )
    .post(
      '/sheets/:id/capture',
      route({
        summary: 'Capture an upload that has no error; again where it has not come to its end',
        tag,
        body: captureBody,
        answer: captureAnswerSchema,
      }),
      allowed,
      async (c) => {
        const { again } = await readJson(c, captureBody, httpLimits.maxJsonBytes);
        const id = c.req.param('id');
        if (busy.has(id)) throw new GatewayError('conflict', 'this upload is being captured right now', { id });
        busy.add(id);
        try {
          const { upload, sameAs } = await captureSheet(app, await uploadOf(store, id, clock.now()), again);
          return c.json({ ...shown(upload), sameAs });
        } finally {
          busy.delete(id);
        }
      },
    )
    .delete('/sheets/:id', route({ summary: 'Delete an upload that is not captured', tag }), allowed, async (c) => {
      const upload = await uploadOf(store, c.req.param('id'), clock.now());
      if (upload.state !== 'open' || busy.has(upload.id)) {
        throw new GatewayError('conflict', 'its capture has begun', { state: upload.state });
      }
      await deleteUpload(store, upload.id);
      return c.body(null, 204);
    });
}

function shown({
  id,
  name,
  mapping,
  state,
  createdMs,
  expiresMs,
  capturedMs,
  parts,
}: Upload): z.infer<typeof uploadSchema> {
  return { id, name, step: mapping?.step ?? null, state, createdMs, expiresMs, capturedMs, parts: [...parts] };
}

async function describe(
  app: AppContext,
  upload: Upload,
  query: z.infer<typeof readQuery>,
): Promise<z.infer<typeof readUploadSchema>> {
  const table = await readTable(await bytesOf(app.store, upload.id), query.sheet ?? upload.mapping?.sheet ?? null);
  const sheet = findHeader(table, query.headerRow ?? null);
  const before = await capturesOf(app.store, upload.digest, app.clock.now());
  return {
    ...shown(upload),
    format: table.format,
    sheets: [...table.sheets],
    sheet: table.sheet,
    encoding: table.encoding,
    delimiter: table.delimiter,
    headerRow: sheet.headerRow,
    columns: sheet.columns.map((name, column) => ({
      column,
      letters: columnLetters(column),
      name,
      samples: samplesOf(sheet, column),
    })),
    rows: sheet.rows.length,
    firstRows: sheet.rows
      .slice(0, sheetLimits.firstRows)
      .map(({ number, cells }) => ({ row: number, cells: cells.map(({ text }) => text) })),
    capturedBefore: before.filter(({ id }) => id !== upload.id).map(shown),
    proposal: await propose(app, upload, table, sheet, query),
  };
}

/** A mapping for a sheet: as sheets with the same columns were mapped before, else by the columns' names. */
async function propose(
  app: AppContext,
  upload: Upload,
  table: Table,
  sheet: Sheet,
  { step, timeZone, headerRow }: z.infer<typeof readQuery>,
): Promise<{ mapping: Mapping; from: 'remembered' | 'columns' }> {
  const remembered = await rememberedMappings(app.store, headerSignature(sheet.columns));
  const wanted = step ?? upload.mapping?.step ?? remembered[0]?.step ?? likelyStep(sheet);
  const at = { step: wanted, sheet: table.sheet, headerRow: headerRow ?? null };
  const same = remembered.find((each) => each.step === wanted);
  if (same) return { mapping: fromRemembered(same.mapping, at, sheet), from: 'remembered' };
  const defaults = { timeZone: timeZone ?? 'UTC', semicolons: table.delimiter === ';' };
  const earlier = await fieldsByColumnName(app.store, wanted);
  return { mapping: mappingSchema.parse(proposeMapping(at, sheet, defaults, earlier)), from: 'columns' };
}
