import { glnSchema, timeMsSchema } from '@hopline/protocol';
import { Hono } from 'hono';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { freshnessNow, withFreshness } from '../http/freshness-now.ts';
import { parseRequest } from '../http/problem-response.ts';
import { readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { lotId } from '../query/lot.ts';
import { directionSchema } from '../query/trace.ts';
import { checkAnswer, fsmaCheckSchema } from './check-answer.ts';
import { csvLines } from './csv-table.ts';
import { fsmaLimits } from './limits.ts';
import { makeWorkbookApart } from './make-workbook-apart.ts';
import { readRecords } from './read-records.ts';
import { type Selection, tooLarge } from './select-events.ts';

const formatSchema = z.enum(['xlsx', 'csv']);
const timeParam = z.coerce.number().pipe(timeMsSchema);

const checkQuery = z.object({
  gtin: z.string().max(14).optional(),
  lot: z.string().max(20).optional(),
  place: glnSchema.optional(),
  fromMs: timeParam.optional(),
  toMs: timeParam.optional(),
  /** Also the lots that these were made of (`back`), that were made of them (`forward`), or both. */
  trace: directionSchema.optional(),
});
const sheetQuery = checkQuery.extend({ format: formatSchema.default('xlsx') });

const checkBody = z.strictObject({
  lots: z.array(z.strictObject({ gtin: z.string().max(14), lot: z.string().max(20) })).default([]),
  place: glnSchema.optional(),
  fromMs: timeMsSchema.optional(),
  toMs: timeMsSchema.optional(),
  trace: directionSchema.optional(),
});
const sheetBody = checkBody.extend({ format: formatSchema.default('xlsx') });

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Traceability records for the regulator (FSMA 204): what is missing of them, and the electronic sortable spreadsheet. */
export function fsmaRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock } = app;
  const check = (wanted: Selection) => withFreshness(app, async () => checkAnswer(await readRecords(store, wanted)));
  const sheet = async (selection: Selection, format: z.infer<typeof formatSchema>): Promise<Response> => {
    const { asOf: at, stale } = freshnessNow(app);
    const { records } = await readRecords(store, selection);
    const nowMs = clock.now();
    const name = `fsma204-${new Date(nowMs).toISOString().slice(0, 10)}.${format}`;
    const headers = { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' };
    if (format === 'csv') {
      const text = [...csvLines(records)].join('');
      return new Response(text, { headers: { ...headers, 'content-type': 'text/csv; charset=utf-8; header=present' } });
    }
    const about = { organisation: app.organisationName, madeMs: nowMs, height: at.height, stale };
    const workbook = await makeWorkbookApart(records, { ...about, selection: inWords(selection) });
    return new Response(new Uint8Array(workbook), { headers: { ...headers, 'content-type': xlsxType } });
  };
  return new Hono<AppEnv>()
    .get(
      '/fsma/check',
      route({
        summary: 'What is missing of the traceability records of FSMA 204, per event, with the clause that asks for it',
        tag: 'fsma',
        query: checkQuery,
        answer: fsmaCheckSchema,
      }),
      requires('read'),
      async (c) => {
        const query = parseRequest(checkQuery, c.req.query());
        return c.json(await check(selectionOf(query)));
      },
    )
    .post(
      '/fsma/check',
      route({
        summary: 'The same of many lots',
        tag: 'fsma',
        body: checkBody,
        answer: fsmaCheckSchema,
      }),
      requires('read'),
      async (c) => {
        const { lots, ...query } = await readJson(c, checkBody, fsmaLimits.maxBodyBytes);
        return c.json(await check(selection(lots, query)));
      },
    )
    .get(
      '/fsma/sheet',
      route({
        summary: 'The electronic sortable spreadsheet (21 CFR 1.1455(c)(3)(ii)) of a lot, or of a place and time',
        tag: 'fsma',
        query: sheetQuery,
        answerType: xlsxType,
      }),
      requires('read'),
      async (c) => {
        const { format, ...query } = parseRequest(sheetQuery, c.req.query());
        return sheet(selectionOf(query), format);
      },
    )
    .post(
      '/fsma/sheet',
      route({
        summary: 'The electronic sortable spreadsheet of many lots',
        tag: 'fsma',
        body: sheetBody,
        answerType: xlsxType,
      }),
      requires('read'),
      async (c) => {
        const { format, lots, ...query } = await readJson(c, sheetBody, fsmaLimits.maxBodyBytes);
        return sheet(selection(lots, query), format);
      },
    );
}

function selectionOf({ gtin, lot, ...query }: z.infer<typeof checkQuery>): Selection {
  if ((gtin === undefined) !== (lot === undefined)) {
    throw new GatewayError('bad-request', 'a lot is named by its GTIN and its number together');
  }
  return selection(gtin === undefined || lot === undefined ? [] : [{ gtin, lot }], query);
}

function selection(
  lots: readonly { gtin: string; lot: string }[],
  { place, fromMs, toMs, trace }: Omit<z.infer<typeof checkQuery>, 'gtin' | 'lot'>,
): Selection {
  if (lots.length === 0 && place === undefined && fromMs === undefined && toMs === undefined) {
    throw new GatewayError('bad-request', 'name lots, or a place, or a span of time');
  }
  const { maxLotsAsked } = fsmaLimits;
  if (lots.length > maxLotsAsked) throw tooLarge('lots', 'maxLotsAsked', maxLotsAsked);
  return {
    lots: [...new Set(lots.map(({ gtin, lot }) => lotId(gtin, lot)))],
    place: place ?? null,
    fromMs: fromMs ?? null,
    toMs: toMs ?? null,
    trace: trace ?? null,
  };
}

function inWords({ lots, place, fromMs, toMs, trace }: Selection): [string, string][] {
  const time = (ms: number | null, open: string) => (ms === null ? open : new Date(ms).toISOString());
  return [
    ['Lots', lots.length === 0 ? 'all' : lots.join('\n')],
    ['Traced', trace ?? 'no'],
    ['Place', place ?? 'all'],
    ['Time', `${time(fromMs, 'the beginning')} to ${time(toMs, 'now')}`],
  ];
}
