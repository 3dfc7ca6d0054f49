import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { httpLimits } from './limits.ts';
import type { Server } from './listen.ts';

/** A request that asks for a WebSocket, as the route that answers it sees it. */
export interface UpgradeOffer {
  /**
   * Takes the offer. To be called before the route answers; its answer is not sent then.
   * @param headers of the 101
   * @returns the socket, or `null` where the handshake comes to nothing
   */
  accept(headers: Readonly<Record<string, string>>): Promise<WebSocket | null>;
}

/** What hono's `c.env` holds for a request that asks for a WebSocket. */
export interface UpgradeBindings {
  readonly incoming: IncomingMessage;
  readonly upgrade?: UpgradeOffer;
}

type Fetch = (request: Request, bindings: UpgradeBindings) => Response | Promise<Response>;

/**
 * Whether a request may become a WebSocket. Node answers all others as if there was no `Upgrade`, as RFC 9110, section 7.8,
 * wants it: the HTTP client of Java offers h2c with each first request, and would wait for ever otherwise.
 */
export function mayUpgrade({ method, url, headers }: IncomingMessage, paths: RegExp): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && paths.test(url ?? '');
}

/**
 * Lets routes take WebSockets. A request goes through the routes like any other: who asks, what is allowed, and a refusal
 * with its problem details. `@hono/node-server` has an upgrade of its own, which leaves the body of refusals out.
 */
export function takeUpgrades(server: Server, fetch: Fetch): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: httpLimits.maxSocketMessageBytes,
    handleProtocols: () => false,
  });
  server.on('upgrade', (incoming: IncomingMessage, stream: Duplex, head: Buffer) => {
    // Between the request and the handshake the stream has no owner: a client that goes is no error of ours.
    const ignore = () => undefined;
    stream.on('error', ignore);
    answerUpgrade(sockets, fetch, incoming, stream, head)
      .catch(() => stream.destroy())
      .finally(() => stream.off('error', ignore));
  });
}

async function answerUpgrade(
  sockets: WebSocketServer,
  fetch: Fetch,
  incoming: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): Promise<void> {
  const handshakes: ((socket: WebSocket | null) => void)[] = [];
  let answered: Readonly<Record<string, string>> = {};
  const upgrade: UpgradeOffer = {
    accept(headers) {
      answered = headers;
      return new Promise((resolve) => handshakes.push(resolve));
    },
  };
  const response = await fetch(requestOf(incoming), { incoming, upgrade });
  const [settle] = handshakes;
  if (settle === undefined) return refuse(stream, response);
  if (stream.destroyed) return settle(null);
  let opened: WebSocket | null = null;
  const addHeaders = (lines: string[]) => {
    lines.push(...Object.entries(answered).map(([name, value]) => `${name}: ${value}`));
  };
  sockets.once('headers', addHeaders);
  // Calls back before it returns, or answers a handshake that is not of its form, and never calls back.
  sockets.handleUpgrade(incoming, stream, head, (socket) => {
    opened = socket;
  });
  sockets.off('headers', addHeaders);
  settle(opened);
}

function requestOf(incoming: IncomingMessage): Request {
  const headers = Object.entries(incoming.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const host = URL.canParse(`http://${incoming.headers.host}`) ? incoming.headers.host : 'localhost';
  return new Request(new URL(incoming.url ?? '/', `http://${host}`), { headers });
}

/** Writes an answer by hand: once a request is an upgrade, Node has no response object for it. */
async function refuse(stream: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  const lines = [
    `HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ''}`,
    ...[...response.headers].map(([name, value]) => `${name}: ${value}`),
    `content-length: ${body.length}`,
    'connection: close',
  ];
  stream.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]));
}
