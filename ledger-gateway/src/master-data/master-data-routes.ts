import { type MasterDataKind, masterDataProblemCodes } from '@hopline/protocol/master-data';
import { Hono } from 'hono';
import { z } from 'zod';
import { found, GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { withFreshness } from '../http/freshness-now.ts';
import { parseRequest } from '../http/problem-response.ts';
import { mediaType, readBytes } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { importStateSchema } from './imports.ts';
import { masterDataLimits } from './limits.ts';
import { listQuerySchema, listRecords, listSchema } from './list-records.ts';
import { outsideRow } from './outside-records.ts';
import { type Change, planImport } from './plan-import.ts';
import { readExisting } from './read-existing.ts';
import { readSource } from './read-source.ts';

const kinds = { products: 'product', places: 'place', organisations: 'organisation' } as const satisfies Record<
  string,
  MasterDataKind
>;
const kindSchema = z.enum(['products', 'places', 'organisations']);
const importQuery = z.object({
  /** Says what would happen, and does nothing. */
  preview: z.enum(['true', 'false']).default('false'),
  /** What a CSV file holds, where its headers do not tell. */
  kind: kindSchema.optional(),
});

const problemSchema = z.object({
  /** A row of a sheet (`places!4`), a cell (`places!C4`) or a JSON pointer. */
  at: z.string(),
  field: z.string().nullable(),
  code: z.enum(masterDataProblemCodes),
  message: z.string(),
  value: z.string().nullable(),
});
const countsSchema = z.object({ create: z.int(), change: z.int(), none: z.int() });

const importAnswerSchema = z.object({
  preview: z.boolean(),
  /** `null` for a preview, and where nothing had to change. */
  import: importStateSchema.nullable(),
  /** Records for the ledger in this organisation's name, and notes on what is outside of the network. */
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
  /** Columns, properties and attributes that nobody here reads. */
  ignored: z.array(z.string()),
  problems: z.array(problemSchema),
  problemCount: z.int(),
});

/** Master data of organisations, places and products: the import, and what is known. */
export function masterDataRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock, mspId, imports } = app;
  return new Hono<AppEnv>()
    .post(
      '/master-data',
      route({
        summary: 'Import products, places and organisations: JSON-LD, EPCIS master data, CSV or XLSX',
        tag: 'master-data',
        body: z.looseObject({}),
        query: importQuery,
        answer: importAnswerSchema,
      }),
      requires('administer'),
      async (c) => {
        const { preview, kind } = parseRequest(importQuery, c.req.query());
        const bytes = await readBytes(c, masterDataLimits.maxFileBytes);
        const read = await readSource(bytes, mediaType(c), kind && kinds[kind]);
        const plan = planImport(read.records, await readExisting(store, mspId, read.records));
        const problems = [...read.problems, ...plan.problems];
        const answer = {
          own: countsOf(plan.changes, 'own'),
          outside: countsOf(plan.changes, 'outside'),
          changes: plan.changes
            .filter(({ action }) => action !== 'none')
            .slice(0, masterDataLimits.maxChangesShown)
            .map(({ kind: of, id, scope, action, fields, at }) => ({ kind: of, id, scope, action, fields, at })),
          ignored: read.ignored,
          problems: problems.slice(0, masterDataLimits.maxProblemsShown),
          problemCount: problems.length,
        };
        if (preview === 'true') return c.json({ preview: true, import: null, ...answer });
        if (problems.length > 0) {
          throw new GatewayError('import-incorrect', 'nothing was written: some records are not right', answer);
        }
        if (plan.changes.every(({ action, dropNote }) => action === 'none' && !dropNote)) {
          return c.json({ preview: false, import: null, ...answer });
        }
        const begun = await imports.begin(plan.changes);
        await imports.wait(masterDataLimits.answerWaitMs);
        const state = (await imports.state(begun.id)) ?? begun;
        c.header('location', `/api/master-data/imports/${begun.id}`);
        return c.json({ preview: false, import: state, ...answer }, state.state === 'running' ? 202 : 200);
      },
    )
    .get(
      '/master-data/imports/:id',
      route({ summary: 'How far an import is', tag: 'master-data', answer: importStateSchema }),
      requires('administer'),
      async (c) => {
        const id = c.req.param('id');
        return c.json(found(await imports.state(id), 'the import', { id }));
      },
    )
    .get(
      '/master-data/:kind',
      route({
        summary: 'What is known of products, places or organisations: the ledger’s records, and own notes',
        tag: 'master-data',
        query: listQuerySchema,
        answer: listSchema,
      }),
      requires('read'),
      async (c) => {
        const kind = kinds[parseRequest(kindSchema, c.req.param('kind'))];
        const query = parseRequest(listQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => listRecords(store, kind, query)));
      },
    )
    .delete(
      '/master-data/:kind/:id',
      route({ summary: 'Take back a note on somebody outside of the network', tag: 'master-data', status: 204 }),
      requires('administer'),
      async (c) => {
        const kind = kinds[parseRequest(kindSchema, c.req.param('kind'))];
        const id = c.req.param('id');
        await store.writeOwn(async (tx, put) => {
          const [row] = await tx.query(
            'select 1 from outside_records where kind = $1 and id = $2 and record is not null',
            [kind, id],
          );
          found(row, 'the note', { kind, id });
          await put(outsideRow(kind, id, null, clock.now()));
        });
        return c.body(null, 204);
      },
    );
}

function countsOf(changes: readonly Change[], scope: Change['scope']): z.infer<typeof countsSchema> {
  const count = (action: Change['action']) =>
    changes.filter((change) => change.scope === scope && change.action === action).length;
  return { create: count('create'), change: count('change'), none: count('none') };
}
