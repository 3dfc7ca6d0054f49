import { digestSchema, formatNodeId } from '@hopline/protocol';
import { canonicalLink, sscc18 } from '@hopline/protocol/gs1';
import { Hono } from 'hono';
import { z } from 'zod';
import { isAllowed } from '../auth/caller.ts';
import { alertsQuerySchema, alertsSchema, readAlerts } from '../query/alerts.ts';
import { readBatchReadings, readingsQuerySchema, readingsSchema } from '../query/batch-readings.ts';
import { batchesQuerySchema, batchesSchema, readBatches, readSummary } from '../query/batches.ts';
import { find, findSchema, maxFindChars } from '../query/find.ts';
import { lotId, lotSchema, publicLotSchema, readLot, readPublicLot } from '../query/lot.ts';
import { overlapsQuerySchema, overlapsSchema, readOverlaps } from '../query/overlaps.ts';
import { overviewSchema, readOverview } from '../query/overview.ts';
import { readSites, sitesQuerySchema, sitesSchema } from '../query/sites.ts';
import { directionSchema, readTrace, traceSchema } from '../query/trace.ts';
import { readUnit, unitSchema } from '../query/unit.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { withFreshness } from './freshness-now.ts';
import { httpLimits } from './limits.ts';
import { parseRequest } from './problem-response.ts';
import { RateLimit } from './rate-limit.ts';
import { route } from './route.ts';

const findQuery = z.object({ q: z.string().min(1).max(maxFindChars) });
const traceQuery = z.object({
  direction: directionSchema.default('both'),
  conditions: z.enum(['true', 'false']).default('false'),
});
const nodeParam = z.object({
  gln: z.string().regex(/^\d{13}$/),
  n: z.coerce.number().int().min(0).max(999),
  sequence: z.coerce.number().int().min(0),
});

/** Everything that is read. Each answer says as of which block it speaks. */
export function queryRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock } = app;
  const publicLots = new RateLimit(clock, httpLimits.burstPublicLots, httpLimits.publicLotsPerSecond);
  return new Hono<AppEnv>()
    .get(
      '/lots/:gtin/:lot',
      route({
        summary: 'A lot: identity, hops, holdings, conditions. Without credentials: its public fields',
        tag: 'lots',
        answer: z.union([lotSchema, publicLotSchema]),
        open: true,
      }),
      async (c) => {
        const caller = c.get('caller');
        const mayRead = caller !== null && isAllowed(caller, 'read');
        if (!mayRead) publicLots.take(c.get('address'));
        const read = mayRead ? readLot : readPublicLot;
        const { gtin, lot } = c.req.param();
        c.header('vary', 'authorization, cookie');
        return c.json(await withFreshness<object>(app, () => read(store, gtin, lot, clock.now())));
      },
    )
    .get(
      '/summaries/:digest',
      route({ summary: 'A summary by its digest', tag: 'batches', answerType: 'application/cbor' }),
      requires('read-summaries'),
      async (c) => {
        const bytes = await readSummary(store, parseRequest(digestSchema, c.req.param('digest')));
        return c.body(Buffer.from(bytes), 200, {
          'content-type': 'application/cbor',
          'cache-control': 'private, immutable, max-age=31536000',
        });
      },
    )
    .use('*', requires('read'))
    .get(
      '/find',
      route({
        summary: 'What a lot number, GTIN, SSCC, GLN or Digital Link means here',
        tag: 'find',
        query: findQuery,
        answer: findSchema,
      }),
      async (c) => {
        const { q } = parseRequest(findQuery, c.req.query());
        return c.json(await withFreshness(app, () => find(store, q)));
      },
    )
    .get(
      '/lots/:gtin/:lot/trace',
      route({
        summary: 'Where a lot came from and where it went',
        tag: 'lots',
        query: traceQuery,
        answer: traceSchema,
      }),
      async (c) => {
        const { direction, conditions } = parseRequest(traceQuery, c.req.query());
        const options = { nowMs: clock.now(), conditions: conditions === 'true' };
        const started = performance.now();
        const id = lotId(c.req.param('gtin'), c.req.param('lot'));
        return c.json(
          await withFreshness(app, () =>
            store.snapshot((on) => readTrace(on, id, direction, elapsedSince(started), options)),
          ),
        );
      },
    )
    .get(
      '/units/:sscc',
      route({ summary: 'A logistic unit: contents, hops, trackers, conditions', tag: 'units', answer: unitSchema }),
      async (c) => {
        return c.json(await withFreshness(app, () => readUnit(store, c.req.param('sscc'), clock.now())));
      },
    )
    .get(
      '/units/:sscc/trace',
      route({
        summary: 'Where the contents of a unit came from and went',
        tag: 'units',
        query: traceQuery,
        answer: traceSchema,
      }),
      async (c) => {
        const { direction, conditions } = parseRequest(traceQuery, c.req.query());
        const options = { nowMs: clock.now(), conditions: conditions === 'true' };
        const started = performance.now();
        const id = canonicalLink({ kind: 'sscc', sscc: sscc18(c.req.param('sscc')) });
        return c.json(
          await withFreshness(app, () =>
            store.snapshot((on) => readTrace(on, id, direction, elapsedSince(started), options)),
          ),
        );
      },
    )
    .get(
      '/sites',
      route({
        summary: 'Sites with their edge nodes and devices',
        tag: 'sites',
        query: sitesQuerySchema,
        answer: sitesSchema,
      }),
      async (c) => {
        const page = parseRequest(sitesQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readSites(store, page)));
      },
    )
    .get(
      '/batches',
      route({
        summary: 'Anchored batches, the latest first',
        tag: 'batches',
        query: batchesQuerySchema,
        answer: batchesSchema,
      }),
      async (c) => {
        const query = parseRequest(batchesQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readBatches(store, query)));
      },
    )
    .get(
      '/batches/:gln/:n/:sequence/readings',
      route({
        summary: 'Raw readings of a batch, fetched from the edge and verified against the anchored root',
        tag: 'batches',
        query: readingsQuerySchema,
        answer: readingsSchema,
      }),
      async (c) => {
        const { gln, n, sequence } = parseRequest(nodeParam, c.req.param());
        const page = parseRequest(readingsQuerySchema, c.req.query());
        const node = formatNodeId({ gln, n });
        const read = () => readBatchReadings(store, app.edges, app.channel, { node, sequence, ...page });
        return c.json(await withFreshness(app, read));
      },
    )
    .get(
      '/alerts',
      route({
        summary: 'Alerts of edge nodes, the latest first',
        tag: 'alerts',
        query: alertsQuerySchema,
        answer: alertsSchema,
      }),
      async (c) => {
        const query = parseRequest(alertsQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readAlerts(store, query)));
      },
    )
    .get(
      '/overlaps',
      route({
        summary: 'Readings of a device that two edge nodes have anchored',
        tag: 'batches',
        query: overlapsQuerySchema,
        answer: overlapsSchema,
      }),
      async (c) => {
        const query = parseRequest(overlapsQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readOverlaps(store, query)));
      },
    )
    .get('/overview', route({ summary: 'The start page', tag: 'overview', answer: overviewSchema }), async (c) => {
      const organisation = { mspId: app.mspId, name: app.organisationName };
      return c.json(await withFreshness(app, () => readOverview(store, organisation)));
    });
}

function elapsedSince(started: number): () => number {
  return () => Math.round((performance.now() - started) * 100) / 100;
}
