import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers: a status, with headers where there are some, or by itself. */
export type Answering = number | { status: number; headers: Record<string, string> } | ((to: ServerResponse) => void);

/** A real HTTP server that notes what it gets. Answers of `script` come first, each once; then `otherwise`. */
export interface WebhookReceiver {
  readonly url: string;
  readonly received: Received[];
  readonly script: Answering[];
  otherwise: Answering;
  /** Most requests that were open at the same moment. */
  readonly mostAtOnce: number;
  stop(): Promise<void>;
}

export async function startReceiver(tls?: { key: string; cert: string }): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const script: Answering[] = [];
  const state = { otherwise: 204 as Answering, open: 0, most: 0 };
  const listener: Parameters<typeof createServer>[1] = async (request, response) => {
    state.open++;
    state.most = Math.max(state.most, state.open);
    response.on('close', () => {
      state.open--;
    });
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    received.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString('utf8') });
    const answer = script.shift() ?? state.otherwise;
    if (typeof answer === 'function') return answer(response);
    const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
    response.writeHead(status, headers).end(status === 204 ? undefined : `answered ${status}`);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    received,
    script,
    get otherwise() {
      return state.otherwise;
    },
    set otherwise(answer) {
      state.otherwise = answer;
    },
    get mostAtOnce() {
      return state.most;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
