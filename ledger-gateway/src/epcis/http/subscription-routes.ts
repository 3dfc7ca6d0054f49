import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { found, GatewayError } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { requires } from '../../http/authenticate.ts';
import { parseRequest } from '../../http/problem-response.ts';
import { channelSchema } from '../../notify/notice.ts';
import { newWebhookSecret, webhookSecretSchema } from '../../notify/webhook-secret.ts';
import { questionOf, readPageToken, writePageToken } from '../query/page-token.ts';
import { namedQuery } from '../query/query-store.ts';
import { readPage } from '../query/read-page.ts';
import { lastSeq } from '../query/run-query.ts';
import { readControls, scheduleSchema } from '../subscription/controls.ts';
import {
  createSubscription,
  deleteSubscription,
  readSubscription,
  readSubscriptions,
  type Subscription,
  subscriptionPurpose,
} from '../subscription/subscription-store.ts';
import { nextLink } from './answer-events.ts';
import { describe, paging } from './describe.ts';
import { discovery, versionHeaders } from './discovery.ts';
import { readJsonBody } from './named-query-routes.ts';
import { demandCbvFormat, demandVersions, epcFormat, negotiateType } from './negotiate.ts';

const requestSchema = z.strictObject({
  dest: z.string().max(2_048),
  signatureToken: z.string().max(200).optional(),
  stream: z.boolean().optional(),
  schedule: scheduleSchema.optional(),
  reportIfEmpty: z.boolean().optional(),
  initialRecordTime: z.iso.datetime({ offset: true }).optional(),
});
const answerSchema = z.object({
  subscriptionID: z.string(),
  queryName: z.string(),
  dest: z.string(),
  createdAt: z.string(),
  stream: z.boolean().optional(),
  schedule: scheduleSchema.optional(),
  reportIfEmpty: z.boolean(),
  initialRecordTime: z.string().optional(),
  minRecordTime: z.string(),
  lastNotifiedAt: z.string().optional(),
  epcFormat: z.string(),
  /** In the answer to its creation only, where the client gave none. */
  signatureToken: z.string().optional(),
});
type Answer = z.infer<typeof answerSchema>;

/**
 * Subscriptions to named queries: reports by webhook, signed by Standard Webhooks. To see one needs the permission to make
 * one, because the address of a webhook is often a secret itself.
 */
export function subscriptionRoutes(app: AppContext): Hono<AppEnv> {
  const path = '/queries/:name/subscriptions';
  return new Hono<AppEnv>()
    .options(path, ...discovery(['GET', 'HEAD', 'POST']))
    .post(
      path,
      describe({
        summary: 'Subscribe to a query, as a stream or by a schedule',
        body: requestSchema,
        answer: answerSchema,
        status: 201,
        takes: 'form',
        gives: 'location',
      }),
      requires('capture'),
      (c) => subscribe(app, c),
    )
    .get(
      path,
      describe({
        summary: 'Subscriptions to a query',
        query: z.object(paging),
        answer: z.array(answerSchema),
        gives: 'page',
      }),
      requires('capture'),
      (c) => answerSubscriptions(app, c),
    )
    .options(`${path}/:id`, ...discovery(['GET', 'HEAD', 'DELETE']))
    .get(
      `${path}/:id`,
      describe({ summary: 'A subscription', answer: answerSchema }),
      requires('capture'),
      async (c) => {
        const type = negotiateType(c);
        const subscription = await readSubscription(app.store, c.req.param('id'));
        const own = subscription?.query === c.req.param('name') ? subscription : null;
        const shown = await answerOf(app, found(own, 'the subscription', { id: c.req.param('id') }));
        return c.body(JSON.stringify(shown), 200, {
          'content-type': type,
          ...versionHeaders,
          'GS1-Query-Min-Record-Time': shown.minRecordTime,
        });
      },
    )
    .delete(`${path}/:id`, describe({ summary: 'End a subscription' }), requires('capture'), async (c) => {
      const { name, id } = { name: c.req.param('name'), id: c.req.param('id') };
      found((await deleteSubscription(app.store, name, id, app.clock.now())) || null, 'the subscription', { id });
      return c.body(null, 204, versionHeaders);
    });
}

async function subscribe(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const type = negotiateType(c);
  demandVersions(c);
  demandCbvFormat(c);
  const format = epcFormat(c);
  const { name } = await namedQuery(app.store, c.req.param('name') ?? '');
  const request = parseRequest(requestSchema, await readJsonBody(c));
  const nowMs = app.clock.now();
  const { stream, schedule, dueMs, reportIfEmpty } = readControls(request, nowMs);
  const secret =
    request.signatureToken === undefined ? newWebhookSecret(app.randomBytes) : secretOf(request.signatureToken);
  demandDestination(request.dest, secret);
  const id = Buffer.from(app.randomBytes(16)).toString('hex');
  const initialRecordMs = request.initialRecordTime === undefined ? null : Date.parse(request.initialRecordTime);
  const subscription: Subscription = {
    id,
    query: name,
    dest: request.dest,
    secret: app.epcis.box.seal(secret, subscriptionPurpose(id)),
    stream,
    schedule,
    reportIfEmpty,
    epcFormat: format,
    initialRecordMs,
    createdMs: nowMs,
    // Without a time to begin with, only what is captured from now on is reported.
    position: initialRecordMs === null ? await lastSeq(app.store) : 0,
    executedMs: null,
    dueMs,
    lastNotice: null,
  };
  await createSubscription(app.store, subscription);
  app.epcis.subscriptions.wake();
  const answer: Answer = {
    ...(await answerOf(app, subscription)),
    ...(request.signatureToken === undefined ? { signatureToken: secret } : {}),
  };
  return c.body(JSON.stringify(answer), 201, {
    'content-type': type,
    ...versionHeaders,
    Location: `/epcis/queries/${encodeURIComponent(name)}/subscriptions/${id}`,
  });
}

const minTokenBytes = 24;
const maxTokenBytes = 64;

/** The standard's token is any text; as the secret of a webhook it has 24 to 64 bytes, bare or as `whsec_…`. */
function secretOf(token: string): string {
  if (webhookSecretSchema.safeParse(token).success) return token;
  const bytes = Buffer.from(token, 'utf8');
  if (bytes.length >= minTokenBytes && bytes.length <= maxTokenBytes) return `whsec_${bytes.toString('base64')}`;
  throw new GatewayError('bad-request', 'the signatureToken has 24 to 64 bytes, so that nobody guesses it', {
    minTokenBytes,
    maxTokenBytes,
  });
}

function demandDestination(url: string, secret: string): void {
  const channel = channelSchema.safeParse({ kind: 'webhook', url, secret });
  const hasUser = channel.success && URL.parse(url)?.username !== '';
  if (channel.success && !hasUser) return;
  throw new GatewayError('bad-request', 'dest is an http or https address without user and password', { dest: url });
}

async function answerSubscriptions(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const type = negotiateType(c);
  demandVersions(c);
  const { name } = await namedQuery(app.store, c.req.param('name') ?? '');
  const { perPage, token } = readPage(new URL(c.req.url).searchParams);
  const question = questionOf('subscriptions', name);
  const from = token === undefined ? null : readPageToken(token, question).from;
  const after = from?.by === 'text' ? from.text : '';
  const all = await readSubscriptions(app.store, name, after, perPage + 1);
  const page = all.slice(0, perPage);
  const last = page.at(-1);
  const next =
    last === undefined || all.length <= perPage
      ? null
      : writePageToken({ question, asOf: 0, from: { by: 'text', text: last.id }, given: 0 });
  const answers = await Promise.all(page.map((one) => answerOf(app, one)));
  return c.body(JSON.stringify(answers), 200, { 'content-type': type, ...versionHeaders, ...nextLink(c, next) });
}

async function answerOf(app: AppContext, subscription: Subscription): Promise<Answer> {
  const { id, dest, stream, schedule, reportIfEmpty, initialRecordMs, createdMs, executedMs } = subscription;
  const { lastNotice } = subscription;
  const state = lastNotice === null ? null : await app.notifier.stateOf(app.store, lastNotice);
  const time = (ms: number) => new Date(ms).toISOString();
  return {
    subscriptionID: id,
    queryName: subscription.query,
    dest,
    createdAt: time(createdMs),
    ...(stream ? { stream } : {}),
    ...(schedule ? { schedule } : {}),
    reportIfEmpty,
    ...(initialRecordMs === null ? {} : { initialRecordTime: time(initialRecordMs) }),
    minRecordTime: time(executedMs ?? initialRecordMs ?? createdMs),
    ...(state?.state === 'delivered' && state.endedMs !== null ? { lastNotifiedAt: time(state.endedMs) } : {}),
    epcFormat: subscription.epcFormat,
  };
}
