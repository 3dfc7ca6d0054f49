import { isJsonObject } from '@hopline/protocol/epcis';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { requires } from '../../http/authenticate.ts';
import { parseRequest } from '../../http/problem-response.ts';
import { readBytes } from '../../http/read-body.ts';
import { epcisLimits } from '../limits.ts';
import { questionOf, readPageToken, writePageToken } from '../query/page-token.ts';
import { parseQuery } from '../query/parse-query.ts';
import {
  createQuery,
  deleteQuery,
  listQueries,
  type NamedQuery,
  namedQuery,
  unknownQuery,
} from '../query/query-store.ts';
import { rawFromJson, withExtensions } from '../query/raw-parameters.ts';
import { readPage } from '../query/read-page.ts';
import { controlParameters } from '../subscription/controls.ts';
import { answerEvents, nextLink } from './answer-events.ts';
import { describe, paging } from './describe.ts';
import { discovery, versionHeaders } from './discovery.ts';
import { queryDocumentSchema } from './event-routes.ts';
import { demandJson, demandVersions, negotiateType } from './negotiate.ts';
import { openQuerySocket, socketOffer } from './query-socket.ts';

const definitionSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,100}$/, 'letters, digits and . _ ~ -')
    .refine((name) => !/^\.+$/.test(name), 'not dots alone, which addresses can not hold'),
  query: z.record(z.string(), z.json()),
});

const socketDescription =
  'With Upgrade: websocket, and either stream=true or parts of a schedule, the answer is 101, and each message is an ' +
  'EPCISQueryDocument. What a client sends ends the socket.';

/** Queries with a name, which stay until they are deleted. */
export function namedQueryRoutes(app: AppContext): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .options('/queries', ...discovery(['GET', 'HEAD', 'POST']))
    .post(
      '/queries',
      describe({
        summary: 'Give a query a name',
        body: definitionSchema,
        status: 201,
        takes: 'definition',
        gives: 'location',
      }),
      requires('capture'),
      async (c) => {
        demandVersions(c);
        const { name, query: sent } = parseRequest(definitionSchema, await readJsonBody(c));
        const query = withExtensions(sent, c.req.header('GS1-Extensions'));
        parseQuery(rawFromJson(query));
        await createQuery(app.store, { name, query, createdMs: app.clock.now() });
        return c.body(null, 201, { ...versionHeaders, Location: `/epcis/queries/${encodeURIComponent(name)}` });
      },
    )
    .get(
      '/queries',
      describe({
        summary: 'Queries by name',
        query: z.object(paging),
        answer: z.array(definitionSchema),
        gives: 'page',
      }),
      requires('read'),
      (c) => answerQueries(app, c),
    )
    .options('/queries/:name', ...discovery(['GET', 'HEAD', 'DELETE']))
    .get('/queries/:name', describe({ summary: 'A query', answer: definitionSchema }), requires('read'), async (c) => {
      const { type } = wishes(c);
      const query = await namedQuery(app.store, c.req.param('name'));
      return c.body(JSON.stringify(shown(query)), 200, { 'content-type': type, ...versionHeaders });
    })
    .delete(
      '/queries/:name',
      describe({ summary: 'Delete a query with its subscriptions' }),
      requires('capture'),
      async (c) => {
        const name = c.req.param('name');
        if (!(await deleteQuery(app.store, name, app.clock.now()))) throw unknownQuery(name);
        app.epcis.sockets.endQuery(name);
        return c.body(null, 204, versionHeaders);
      },
    )
    .options('/queries/:name/events', ...discovery(['GET', 'HEAD'], { Upgrade: 'websocket', Connection: 'Upgrade' }))
    .get(
      '/queries/:name/events',
      describe({
        summary: 'Events that a query finds: a page of them, or with Upgrade: websocket as they come',
        description: socketDescription,
        query: z.object({ ...paging, ...controlParameters.shape }),
        answer: queryDocumentSchema,
        takes: 'form',
        gives: 'page',
      }),
      requires('read'),
      async (c) => {
        const offer = socketOffer(c);
        if (offer !== null) return openQuerySocket(app, c, c.req.param('name'), offer);
        const { name, query } = await namedQuery(app.store, c.req.param('name'));
        return answerEvents(app, c, parseQuery(rawFromJson(query)), name);
      },
    );
}

/** A JSON body of a definition. Throws `unsupported-media-type`, `query-too-complex`, `bad-request`. */
export async function readJsonBody(c: Context<AppEnv>): Promise<unknown> {
  demandJson(c);
  const { maxQueryBytes } = epcisLimits;
  const bytes = await readBytes(c, maxQueryBytes).catch((error: unknown) => {
    if (!(error instanceof GatewayError) || error.code !== 'too-large') throw error;
    throw new GatewayError('query-too-complex', 'the query is too large', { maxQueryBytes }, { cause: error });
  });
  const text = Buffer.from(bytes).toString('utf8');
  try {
    const body: unknown = JSON.parse(text);
    if (isJsonObject(body)) return body;
  } catch (cause) {
    throw new GatewayError('bad-request', 'the body is not JSON', {}, { cause });
  }
  throw new GatewayError('bad-request', 'the body is a JSON object');
}

async function answerQueries(app: AppContext, c: Context<AppEnv>): Promise<Response> {
  const { type } = wishes(c);
  const { perPage, token } = readPage(new URL(c.req.url).searchParams);
  const question = questionOf('queries');
  const from = token === undefined ? null : readPageToken(token, question).from;
  const queries = await listQueries(app.store, from?.by === 'text' ? from.text : null, perPage + 1);
  const page = queries.slice(0, perPage);
  const last = page.at(-1);
  const next =
    last === undefined || queries.length <= perPage
      ? null
      : writePageToken({ question, asOf: 0, from: { by: 'text', text: last.name }, given: 0 });
  return c.body(JSON.stringify(page.map(shown)), 200, {
    'content-type': type,
    ...versionHeaders,
    ...nextLink(c, next),
  });
}

function wishes(c: Context<AppEnv>): { type: string } {
  const type = negotiateType(c);
  demandVersions(c);
  return { type };
}

function shown({ name, query }: NamedQuery): object {
  return { name, query };
}
