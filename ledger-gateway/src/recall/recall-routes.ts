import {
  digestSchema,
  findingSchema,
  maxFindingsPerTransaction,
  parseAcknowledgement,
  type RecallRecord,
  recallClosingSchema,
  recallIdSchema,
  type TransactionInput,
} from '@hopline/protocol';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { found, GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { demand, requires } from '../http/authenticate.ts';
import { withFreshness } from '../http/freshness-now.ts';
import { parseRequest } from '../http/problem-response.ts';
import { mediaType, readBytes, readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { projected } from '../intake/projected.ts';
import { acknowledgeBodySchema, acknowledgeRecall, submitAcknowledgement } from './acknowledge.ts';
import { readEvidence } from './evidence.ts';
import { recallLimits } from './limits.ts';
import {
  historyQuerySchema,
  historySchema,
  listRecalls,
  readHistory,
  recallsQuerySchema,
  recallsSchema,
} from './list-recalls.ts';
import { openItemsOf, openItemsSchema, reasonsFor } from './open-items.ts';
import {
  changeBodySchema,
  changeScope,
  openBodySchema,
  openRecall,
  previewRecall,
  previewSchema,
} from './open-recall.ts';
import { type RecallView, readRecall, recallSchema } from './read-recall.ts';
import { recordOf } from './recall-record.ts';
import { reportPage } from './report.ts';

const findingsBodySchema = z.strictObject({ findings: z.array(findingSchema).min(1).max(maxFindingsPerTransaction) });
const closeBodySchema = z.strictObject({
  conclusion: recallClosingSchema.shape.conclusion,
  release: recallClosingSchema.shape.release.default(false),
  reasons: recallClosingSchema.shape.reasons.default([]),
  /** The reason for each open thing that has none of its own. */
  otherwise: recallClosingSchema.shape.conclusion.nullable().default(null),
});
const reopenBodySchema = z.strictObject({ reason: recallClosingSchema.shape.conclusion });
const doneSchema = z.object({ transactionId: z.string(), block: z.int() });
const tag = 'recalls';

/** No script, nothing from elsewhere: a report is its own bytes. */
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Recalls: what has to come back, who knows, what was found. Each change answers after commit and projection. */
export function recallRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock, mspId, notifier } = app;
  const idOf = (c: Context) => parseRequest(recallIdSchema, c.req.param('id'));
  const json = <S extends z.ZodType>(c: Context, schema: S) => readJson(c, schema, recallLimits.maxBodyBytes);
  /** An exercise of others is shown to those whom it is addressed to. */
  const readable = async (recallId: string): Promise<RecallRecord> => {
    const recall = await recordOf(store, recallId);
    const isMine = recall.mspId === mspId || recall.addressees.includes(mspId);
    return found(recall.kind === 'mock' && !isMine ? null : recall, 'the recall', { recallId });
  };
  const read = async (recallId: string): Promise<RecallView> => {
    await readable(recallId);
    return readRecall(store, notifier, recallId);
  };
  const submit = async <N extends 'recall:RecordFinding' | 'recall:Close' | 'recall:Reopen'>(
    name: N,
    input: TransactionInput<N>,
  ) => {
    const committed = await app.ledger.submit(name, input);
    await projected(app.projection, clock, committed);
    app.recalls.keeper.wake();
    return { transactionId: committed.transactionId, block: committed.block };
  };
  return new Hono<AppEnv>()
    .get(
      '/recalls',
      route({ summary: 'Recalls, the newest first', tag, query: recallsQuerySchema, answer: recallsSchema }),
      requires('read'),
      async (c) => {
        const query = parseRequest(recallsQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => listRecalls(store, mspId, query)));
      },
    )
    .post(
      '/recalls',
      route({
        summary:
          'Open a recall, its scope traced forward from the suspect lots; with `preview` only say what it would concern',
        tag,
        body: openBodySchema,
        answer: z.union([recallSchema, previewSchema]),
        status: 201,
      }),
      requires('recall'),
      async (c) => {
        const body = await json(c, openBodySchema);
        if (body.preview || c.req.query('preview') === 'true') {
          const { startedMs, scopedMs, digest, document } = await previewRecall(app, body);
          return c.json({ startedMs, scopedMs, digest, document }, 200);
        }
        const recallId = await openRecall(app, body);
        const location = `/api/recalls/${recallId}`;
        return c.json(await withFreshness(app, () => read(recallId)), 201, { location });
      },
    )
    .get(
      '/recalls/history',
      route({
        summary: 'How long own recalls and exercises took',
        tag,
        query: historyQuerySchema,
        answer: historySchema,
      }),
      requires('read'),
      async (c) => {
        const query = parseRequest(historyQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readHistory(store, notifier, mspId, query)));
      },
    )
    .get(
      '/recalls/evidence/:digest',
      route({ summary: 'The frozen trace behind a scope, by its digest', tag, answerType: 'application/json' }),
      requires('read-summaries'),
      async (c) => {
        const digest = parseRequest(digestSchema, c.req.param('digest'));
        const bytes = found(await readEvidence(store, digest), 'the evidence', { digest });
        return c.body(Buffer.from(bytes), 200, {
          'content-type': 'application/json',
          'cache-control': 'private, immutable, max-age=31536000',
        });
      },
    )
    .get(
      '/recalls/:id',
      route({ summary: 'A recall as it stands', tag, answer: recallSchema }),
      requires('read'),
      async (c) => c.json(await withFreshness(app, () => read(idOf(c)))),
    )
    .post(
      '/recalls/:id/scope',
      route({
        summary: 'Widen or narrow an own recall, with a reason',
        tag,
        body: changeBodySchema,
        answer: recallSchema,
      }),
      requires('recall'),
      async (c) => {
        const recallId = idOf(c);
        const recall = await readable(recallId);
        if (recall.mspId !== mspId) {
          throw new GatewayError('not-permitted', 'only who has opened a recall changes its scope', {
            owner: recall.mspId,
          });
        }
        await changeScope(app, recallId, await json(c, changeBodySchema));
        return c.json(await withFreshness(app, () => read(recallId)));
      },
    )
    .post(
      '/recalls/:id/acknowledgements',
      route({
        summary: 'Acknowledge a recall: signed here, or a statement that was signed elsewhere (application/cose)',
        tag,
        body: acknowledgeBodySchema,
        answer: doneSchema.extend({ version: z.int() }),
        status: 201,
      }),
      async (c) => {
        const caller = demand(c, 'recall');
        const recallId = idOf(c);
        if (mediaType(c) !== 'application/cose') {
          return c.json(await acknowledgeRecall(app, recallId, await json(c, acknowledgeBodySchema), caller), 201);
        }
        const statement = await readBytes(c, recallLimits.maxAcknowledgementBytes);
        const { acknowledgement } = parseAcknowledgement(statement);
        if (acknowledgement.recallId !== recallId) {
          throw new GatewayError('bad-request', 'the statement is about another recall', {
            recallId: acknowledgement.recallId,
          });
        }
        return c.json(await submitAcknowledgement(app, statement), 201);
      },
    )
    .post(
      '/recalls/:id/findings',
      route({
        summary: 'Say what was found at own places, and what became of it',
        tag,
        body: findingsBodySchema,
        answer: doneSchema,
        status: 201,
      }),
      requires('recall'),
      async (c) => {
        const { findings } = await json(c, findingsBodySchema);
        return c.json(await submit('recall:RecordFinding', { recallId: idOf(c), findings }), 201);
      },
    )
    .post(
      '/recalls/:id/close',
      route({
        summary: 'Close an own recall; what is open needs a reason each',
        tag,
        body: closeBodySchema,
        answer: doneSchema,
      }),
      requires('recall'),
      async (c) => {
        const recallId = idOf(c);
        const { conclusion, release, reasons, otherwise } = await json(c, closeBodySchema);
        const recall = await readable(recallId);
        // Of others' recalls, and of closed ones, the ledger says why not.
        const isReady = recall.mspId === mspId && recall.state === 'open';
        const open = isReady ? await openItemsOf(store, recallId) : [];
        const all = reasonsFor(recallId, open, reasons, otherwise);
        return c.json(await submit('recall:Close', { recallId, conclusion, release, reasons: all }));
      },
    )
    .get(
      '/recalls/:id/open',
      route({ summary: 'What is open of a recall: each needs a reason to close it', tag, answer: openItemsSchema }),
      requires('read'),
      async (c) => {
        const { recallId } = await readable(idOf(c));
        return c.json({ open: await openItemsOf(store, recallId) });
      },
    )
    .post(
      '/recalls/:id/reopen',
      route({ summary: 'Open an own recall again', tag, body: reopenBodySchema, answer: doneSchema }),
      requires('recall'),
      async (c) => c.json(await submit('recall:Reopen', { recallId: idOf(c), ...(await json(c, reopenBodySchema)) })),
    )
    .get(
      '/recalls/:id/report.json',
      route({ summary: 'The report of a recall as JSON', tag, answer: recallSchema }),
      requires('read'),
      async (c) => c.json(await withFreshness(app, () => read(idOf(c)))),
    )
    .get(
      '/recalls/:id/report',
      route({ summary: 'The report of a recall: a page to print, or JSON', tag, answerType: 'text/html' }),
      requires('read'),
      async (c) => {
        const report = await withFreshness(app, () => read(idOf(c)));
        c.header('vary', 'accept');
        if (prefersJson(c.req.header('accept'))) return c.json(report);
        c.header('content-security-policy', reportPolicy);
        return c.html(reportPage(report, { by: app.organisationName, nowMs: clock.now() }));
      },
    );
}

function prefersJson(accept = ''): boolean {
  const [html, jsonAt] = [accept.indexOf('text/html'), accept.indexOf('application/json')];
  return jsonAt >= 0 && (html < 0 || jsonAt < html);
}
