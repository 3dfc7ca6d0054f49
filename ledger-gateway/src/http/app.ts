import type { HttpBindings } from '@hono/node-server';
import { isResolverPath } from '@hopline/protocol/resolver';
import { Hono } from 'hono';
import { openAPIRouteHandler } from 'hono-openapi';
import { epcisRoutes } from '../epcis/epcis-routes.ts';
import { fsmaRoutes } from '../fsma/fsma-routes.ts';
import { masterDataRoutes } from '../master-data/master-data-routes.ts';
import { noticeRoutes } from '../notify/notice-routes.ts';
import { contactRoutes } from '../recall/contact-routes.ts';
import { recallRoutes } from '../recall/recall-routes.ts';
import { resolverRoutes } from '../resolver/resolver-routes.ts';
import { targetRoutes } from '../resolver/target-routes.ts';
import { sheetRoutes } from '../sheet/sheet-routes.ts';
import { policyRoutes } from '../worklist/policy-routes.ts';
import { worklistRoutes } from '../worklist/worklist-routes.ts';
import { adminRoutes } from './admin-routes.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { identifyCaller } from './authenticate.ts';
import { captureRoutes } from './capture-routes.ts';
import { consolePages } from './console.ts';
import { edgeRoutes } from './edge-routes.ts';
import { eventsRoute } from './events-route.ts';
import { healthRoutes } from './health-routes.ts';
import { noRoute } from './known-methods.ts';
import { isInternal, problemResponse } from './problem-response.ts';
import { queryRoutes } from './query-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { traceRoutes } from './trace-routes.ts';

/** The HTTP interface of one gateway: edge nodes at `/edge/v1`, people and machines at `/api`, the console at `/`. */
export function createApp(context: AppContext, streams: { open: number }, signal: AbortSignal): Hono<AppEnv> {
  const { log, metrics } = context;
  const app = new Hono<AppEnv>();
  app.onError((error, c) => {
    if (isInternal(error)) log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return problemResponse(error);
  });
  const missing = noRoute(app);
  app.notFound((c) => problemResponse(missing(c.req.path)));
  app.use(async (c, next) => {
    const started = performance.now();
    c.set('address', addressOf(c.env as HttpBindings | undefined, c.req.header('x-forwarded-for'), context.trustProxy));
    c.set('caller', null);
    await next();
    c.header('x-content-type-options', 'nosniff');
    if (c.req.path.startsWith('/api/') && !c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
    // Addresses hold identifiers without end; the first parts are enough to tell routes apart.
    const route = c.req.path.split('/', isResolverPath(c.req.path) ? 2 : 3).join('/');
    const labels = { method: c.req.method, route: c.res.status === 404 ? 'unknown' : route };
    metrics.requests.inc({ ...labels, status: String(c.res.status) });
    metrics.requestSeconds.observe(labels, (performance.now() - started) / 1000);
  });
  app.route('/edge/v1', edgeRoutes(context));
  const identify = identifyCaller(context);
  app.use('/api/*', identify);
  app.use('/metrics', identify);
  app.route('/', healthRoutes(context));
  app.get('/openapi.json', openApi(app));
  const api = new Hono<AppEnv>();
  for (const routes of [
    sessionRoutes(context),
    captureRoutes(context),
    sheetRoutes(context),
    policyRoutes(context),
    worklistRoutes(context),
    adminRoutes(context),
    noticeRoutes(context),
    targetRoutes(context),
    recallRoutes(context),
    contactRoutes(context),
    masterDataRoutes(context),
    fsmaRoutes(context),
    eventsRoute(context, streams, signal),
    traceRoutes(context),
    queryRoutes(context),
  ]) {
    api.route('/', routes);
  }
  app.route('/api', api);
  app.route('/epcis', epcisRoutes(context, identify));
  app.route('/', resolverRoutes(context, identify));
  // Before the console, which has a page for every other address.
  for (const below of ['/api/*', '/edge/*']) app.all(below, (c) => problemResponse(missing(c.req.path)));
  if (context.consoleFolder !== null) app.route('/', consolePages(context.consoleFolder));
  return app;
}

function openApi(app: Hono<AppEnv>) {
  return openAPIRouteHandler(app, {
    // EPCIS clients ask what they may do by OPTIONS: those that are described are part of the interface.
    excludeMethods: [],
    documentation: {
      openapi: '3.1.0',
      info: {
        title: 'Hopline gateway',
        version: '1',
        description: 'Where every lot has been, under which conditions, and who vouches for it.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An API key (`hk_…`) or an OpenID Connect token' },
          session: { type: 'apiKey', in: 'cookie', name: 'hopline_session' },
        },
      },
      security: [{ bearer: [] }, { session: [] }],
    },
  });
}

/** Who is at the other end, for limits: behind a trusted proxy the last address that it added. */
function addressOf(bindings: HttpBindings | undefined, forwarded: string | undefined, trustProxy: boolean): string {
  const last = trustProxy ? forwarded?.split(',').at(-1)?.trim() : undefined;
  return last || bindings?.incoming?.socket?.remoteAddress || 'unknown';
}
