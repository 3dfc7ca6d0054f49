import {
  excursionAlertSchema,
  maxStatementsPerUpload,
  ProtocolError,
  type UploadResult,
  uploadResultSchema,
} from '@hopline/protocol';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { nodeOfToken } from '../auth/node-tokens.ts';
import { GatewayError } from '../gateway-error.ts';
import { anchorUpload } from '../intake/anchor-upload.ts';
import { headReport } from '../intake/head-report.ts';
import { keepAlert } from '../intake/keep-alert.ts';
import { anchoredBatches } from '../intake/node-batches.ts';
import { noteAnchored, noteRefusal } from '../intake/upload-refusals.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { bearerOf } from './authenticate.ts';
import { httpLimits } from './limits.ts';
import { parseRequest } from './problem-response.ts';
import { statusOf } from './problem-status.ts';
import { RateLimit } from './rate-limit.ts';
import { demandType, readBytes, readJson } from './read-body.ts';
import { route } from './route.ts';
import { StrangerGate } from './stranger-gate.ts';

const batchesQuery = z.object({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(maxStatementsPerUpload).default(maxStatementsPerUpload),
});

/**
 * What edge nodes ask for, each with its own bearer token. Statements are also taken without one that is known here: they
 * carry their authority themselves.
 */
export function edgeRoutes(app: AppContext): Hono<AppEnv> {
  const failures = new RateLimit(app.clock, httpLimits.burstFailures, httpLimits.failuresPerSecond);
  const strangers = new StrangerGate(app.clock);
  const perNode = new RateLimit(app.clock, httpLimits.burstRequests, httpLimits.requestsPerSecond);

  /** The node whose token this is; where the address names one, it must be the same. */
  async function nodeOf(c: Context<AppEnv>): Promise<string> {
    const node = await nodeOfKnownToken(c);
    if (!node) {
      failures.take(c.get('address'));
      throw new GatewayError('unauthenticated', 'the token is not valid');
    }
    perNode.take(node);
    const { gln, n } = c.req.param() as { gln?: string; n?: string };
    if (gln !== undefined && `${gln}/${n}` !== node) {
      throw new GatewayError('forbidden', 'the token is another node’s', { node: `${gln}/${n}`, token: node });
    }
    return node;
  }

  async function nodeOfKnownToken(c: Context<AppEnv>): Promise<string | null> {
    const token = bearerOf(c);
    return token ? nodeOfToken(app.store, token, app.clock.now()) : null;
  }

  async function takeFrom(c: Context<AppEnv>, node: string): Promise<UploadResult> {
    perNode.take(node);
    const bytes = await readBytes(c, httpLimits.maxUploadBytes);
    try {
      const result = await anchorUpload(app.intake, { by: 'token', node }, bytes);
      app.metrics.statements.inc({ outcome: 'anchored' }, result.results.length);
      await noteAnchored(app.store, node, app.clock.now());
      return result;
    } catch (error) {
      app.metrics.statements.inc({ outcome: 'refused' });
      if (isForGood(error)) await noteRefusal(app.store, node, error, app.clock.now());
      throw error;
    }
  }

  /** A node whose own gateway does not answer, perhaps: its statements stand by their signatures. */
  function takeFromStranger(c: Context<AppEnv>): Promise<UploadResult> {
    const address = c.get('address');
    return strangers.run(address, async () => {
      try {
        const bytes = await readBytes(c, httpLimits.maxStrangerUploadBytes);
        const result = await anchorUpload(
          app.intake,
          { by: 'signature', admit: (node) => strangers.admit(node) },
          bytes,
        );
        app.metrics.statements.inc({ outcome: 'anchored' }, result.results.length);
        return result;
      } catch (error) {
        app.metrics.statements.inc({ outcome: 'refused' });
        if (isForGood(error)) failures.take(address);
        throw error;
      }
    });
  }

  return new Hono<AppEnv>()
    .post(
      '/statements',
      route({
        summary: 'Anchor sealed batches',
        tag: 'edge',
        bodyType: 'application/cbor',
        answer: uploadResultSchema,
      }),
      async (c) => {
        demandType(c, /^application\/cbor$/, 'application/cbor');
        const node = await nodeOfKnownToken(c);
        return c.json(node === null ? await takeFromStranger(c) : await takeFrom(c, node));
      },
    )
    .get(
      '/nodes/:gln/:n/head',
      route({
        summary: 'What this gateway has seen of the node’s head, signed',
        tag: 'edge',
        answerType: 'application/cose',
      }),
      async (c) => {
        const node = await nodeOf(c);
        const { channel, mspId, keys } = app;
        const report = await headReport(app, { channel, mspId, key: keys.gateway }, node);
        return c.body(Buffer.from(report), 200, { 'content-type': 'application/cose', 'cache-control': 'no-store' });
      },
    )
    .get(
      '/nodes/:gln/:n/registry',
      route({ summary: 'The node’s copy of the registry, signed', tag: 'edge', answerType: 'application/cose' }),
      async (c) => {
        const node = await nodeOf(c);
        if (!app.caughtUp()) {
          throw new GatewayError(
            'projection-stale',
            'the registry is not up to date here yet',
            {},
            { retryAfterMs: 2_000 },
          );
        }
        const copy = await app.copies.forNode(node, c.req.header('if-none-match'));
        if (!copy) return c.body(null, 304);
        return c.body(Buffer.from(copy.bytes), 200, {
          'content-type': 'application/cose',
          etag: copy.etag,
          'cache-control': 'no-cache',
        });
      },
    )
    .get(
      '/nodes/:gln/:n/batches',
      route({
        summary: 'Anchored batches of the node',
        tag: 'edge',
        query: batchesQuery,
        answerType: 'application/cbor',
      }),
      async (c) => {
        const node = await nodeOf(c);
        const { from, limit } = parseRequest(batchesQuery, c.req.query());
        const bytes = await anchoredBatches(app.store, node, from, limit);
        return c.body(Buffer.from(bytes), 200, { 'content-type': 'application/cbor', 'cache-control': 'no-store' });
      },
    )
    .post(
      '/alerts',
      route({
        summary: 'An alert of the node (CloudEvents)',
        tag: 'edge',
        body: excursionAlertSchema,
        answer: z.object({ seq: z.int() }),
        status: 202,
      }),
      async (c) => {
        const node = await nodeOf(c);
        const alert = await readJson(c, excursionAlertSchema, httpLimits.maxAlertBytes);
        const { seq, isNew } = await keepAlert(app.store, node, alert, app.clock.now());
        if (isNew) {
          app.metrics.alerts.inc();
          app.live.tell();
        }
        return c.json({ seq }, 202);
      },
    );
}

/** Whether the same upload will be refused again: those are shown beside the node. */
function isForGood(error: unknown): error is GatewayError | ProtocolError {
  if (!(error instanceof GatewayError || error instanceof ProtocolError)) return false;
  const status = statusOf(error.code);
  return (status < 500 && status !== 429) || error.code === 'ledger-failed';
}
