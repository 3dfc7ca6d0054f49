import { parseNodeId } from '@hopline/protocol';
import { type Context, Hono } from 'hono';
import { systemClock } from '../clock.ts';
import { type Env, nodesOf } from '../env.ts';
import { nodeHeader } from '../node/edge-node.ts';
import { resolverRoutes } from '../resolver/resolver-routes.ts';
import { HttpProblem, problemResponse } from './http-problem.ts';

type WorkerEnv = { Bindings: Env };

/** The Worker's own routes: it finds the node that an address names and hands the request over. */
export function createApp(): Hono<WorkerEnv> {
  const app = new Hono<WorkerEnv>();
  app.get('/healthz', (c) => c.json({ ok: true }));
  // A site's MQTT address without a number is its first node.
  app.get('/sites/:gln/mqtt', (c) => toNode(c, c.req.param('gln'), '0'));
  app.all('/sites/:gln/:n/*', (c) => toNode(c, c.req.param('gln'), c.req.param('n')));
  app.route('/', resolverRoutes(systemClock));
  app.notFound(() => problemResponse(new HttpProblem('not-found', 404, 'nothing is here')));
  app.onError((error) => problemResponse(error));
  return app;
}

function toNode(c: Context<WorkerEnv>, gln: string, n: string): Promise<Response> {
  const node = `${gln}/${n}`;
  parseNodeId(node);
  // Objects are made for configured nodes only: an address that somebody tries must not leave a disk behind.
  if (!nodesOf(c.env).has(node)) throw new HttpProblem('not-found', 404, 'no such edge node', { node });
  const stub = c.env.EDGE_NODE.get(c.env.EDGE_NODE.idFromName(node));
  const request = new Request(c.req.raw);
  request.headers.set(nodeHeader, node);
  return stub.fetch(request);
}
