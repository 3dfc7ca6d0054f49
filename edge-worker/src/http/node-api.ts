import { fromBase64Url, toBase64Url } from '@hopline/protocol';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Node } from '../node/node.ts';
import { batchDigest } from '../store/batch-store.ts';
import { authorise } from './authorise.ts';
import { batchPage } from './batch-page.ts';
import { batchView } from './batch-view.ts';
import { HttpProblem, problemResponse } from './http-problem.ts';
import { statusOf } from './status.ts';

const maxPage = 1000;
const maxLeavesPage = 1000;
const maxCodeCharacters = 200;
const maxEnrolmentBytes = 4096;

const enrolmentBody = z.strictObject({ code: z.string().min(1).max(maxCodeCharacters) });

/** The HTTP interface of one node. Everything but its health and the MQTT upgrade wants a token. */
export function createNodeApi(node: Node): Hono {
  const { stores, config } = node.parts;
  const api = new Hono().basePath('/sites/:gln');
  api.get('/mqtt', (c) => upgrade(node, c.req.raw));
  api.get('/:n/mqtt', (c) => upgrade(node, c.req.raw));
  api.get('/:n/healthz', (c) => c.json({ ok: true }));
  api.use('/:n/*', authorise(config));

  api.get('/:n/status', async (c) => c.json(await statusOf(node)));
  api.get('/:n/batches', (c) => {
    const limit = integer(c.req.query('limit'), 'limit', 100, maxPage);
    const batches = stores.batches.list(integer(c.req.query('from'), 'from', 0), limit);
    return c.json({ batches: batches.map(batchView), next: nextOf(batches, limit, (batch) => batch.sequence + 1) });
  });
  api.get('/:n/batches/:sequence', async (c) => {
    const batch = stores.batches.get(integer(c.req.param('sequence'), 'sequence'));
    if (!batch) throw new HttpProblem('not-found', 404, 'no such batch here; it may have left after its retention');
    const offset = integer(c.req.query('offset'), 'offset', 0);
    const limit = integer(c.req.query('limit'), 'limit', maxLeavesPage, maxLeavesPage);
    return c.json(await batchPage(stores.leaves, batch, offset, limit));
  });
  api.get('/:n/summaries/:digest', (c) => {
    const summary = stores.batches.summary(digestOf(c.req.param('digest')));
    if (!summary) throw new HttpProblem('not-found', 404, 'no such summary here');
    return c.body(summary, 200, { 'content-type': 'application/cbor' });
  });
  api.get('/:n/readings/open', (c) => {
    const limit = integer(c.req.query('limit'), 'limit', maxLeavesPage, maxLeavesPage);
    const after = Math.max(integer(c.req.query('after'), 'after', 0), node.sealer.head()?.lastLeaf ?? 0);
    const leaves = stores.leaves.list(after, Number.MAX_SAFE_INTEGER, limit);
    return c.json({
      leaves: leaves.map((leaf) => toBase64Url(leaf.bytes)),
      next: nextOf(leaves, limit, (leaf) => leaf.id),
    });
  });
  api.get('/:n/quarantine', (c) => {
    const limit = integer(c.req.query('limit'), 'limit', 100, maxPage);
    const items = stores.quarantine.list(integer(c.req.query('after'), 'after', 0), limit);
    return c.json({
      items: items.map((item) => ({ ...item, message: toBase64Url(item.message) })),
      total: stores.quarantine.total(),
      next: nextOf(items, limit, (item) => item.id),
    });
  });
  const enrolmentLimit = bodyLimit({
    maxSize: maxEnrolmentBytes,
    onError: () => {
      throw new HttpProblem('too-large', 413, `the body has at most ${maxEnrolmentBytes} bytes`);
    },
  });
  api.post('/:n/enrolment', enrolmentLimit, async (c) => {
    const body = enrolmentBody.safeParse(await c.req.json().catch(() => null));
    if (!body.success) throw new HttpProblem('bad-request', 400, 'the body must be {"code": "…"}');
    return c.json({ proof: toBase64Url(await node.enrol(body.data.code)) });
  });
  api.post('/:n/seal', async (c) => {
    const batch = stores.batches.get(await node.sealNow());
    return c.json({ sequence: batch?.sequence, size: batch?.size, digest: batch && batchDigest(batch) });
  });
  api.notFound(() => problemResponse(new HttpProblem('not-found', 404, 'nothing is here')));
  api.onError((error) => problemResponse(error));
  return api;
}

function upgrade(node: Node, request: Request): Response {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    throw new HttpProblem('bad-request', 426, 'MQTT comes over a WebSocket here');
  }
  const offered =
    request.headers
      .get('sec-websocket-protocol')
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  if (!offered.includes('mqtt')) throw new HttpProblem('bad-request', 400, 'the WebSocket subprotocol must be mqtt');
  const accepted = node.broker.accept();
  if (!accepted) throw new HttpProblem('edge-full', 503, 'the node has as many connections as it can');
  return accepted;
}

/** Where the next page begins, or `null` after the last. */
function nextOf<T>(page: readonly T[], limit: number, position: (last: T) => number): number | null {
  const last = page.at(-1);
  return last !== undefined && page.length === limit ? position(last) : null;
}

function integer(text: string | undefined, name: string, absent?: number, most = Number.MAX_SAFE_INTEGER): number {
  if (text === undefined && absent !== undefined) return absent;
  const value = Number(text);
  if (text === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new HttpProblem('bad-request', 400, `${name} must be a whole number`, { [name]: text });
  }
  return Math.min(value, most);
}

function digestOf(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64Url(text);
  } catch {
    throw new HttpProblem('bad-request', 400, 'the digest must be base64url', { digest: text });
  }
}
