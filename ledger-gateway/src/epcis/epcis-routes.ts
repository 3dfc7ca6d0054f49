import { Hono, type MiddlewareHandler } from 'hono';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { noRoute } from '../http/known-methods.ts';
import { isInternal } from '../http/problem-response.ts';
import { captureRoutes } from './http/capture-routes.ts';
import { epcisProblem } from './http/epcis-problem.ts';
import { eventRoutes } from './http/event-routes.ts';
import { namedQueryRoutes } from './http/named-query-routes.ts';
import { resourceRoutes } from './http/resource-routes.ts';
import { subscriptionRoutes } from './http/subscription-routes.ts';
import { epcisLimits } from './limits.ts';

/**
 * The REST interface of EPCIS 2.0, to be mounted at `/epcis`. All of it needs credentials but OPTIONS.
 * @param identify finds out who asks, and bounds how often
 */
export function epcisRoutes(app: AppContext, identify: MiddlewareHandler<AppEnv>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.onError((error, c) => {
    if (isInternal(error)) app.log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return epcisProblem(error);
  });
  routes.use('*', async (c, next) => {
    const { maxUrlChars } = epcisLimits;
    if (c.req.url.length > maxUrlChars) {
      throw new GatewayError('uri-too-long', 'the address is too long: give the query a name', { maxUrlChars });
    }
    await next();
  });
  routes.use('*', identify);
  routes.use('*', async (c, next) => {
    await next();
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  const parts = [
    captureRoutes(app),
    eventRoutes(app),
    namedQueryRoutes(app),
    subscriptionRoutes(app),
    resourceRoutes(app),
  ];
  for (const part of parts) routes.route('/', part);
  const missing = noRoute(routes, '/epcis');
  routes.all('*', (c) => {
    throw missing(c.req.path);
  });
  return routes;
}
