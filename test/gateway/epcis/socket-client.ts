import type { IncomingMessage } from 'node:http';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import type { RunningGateway } from '../network.ts';
import { nameOf } from './events.ts';

/** One report as it came. */
export interface Told {
  readonly names: readonly string[];
  readonly events: readonly { readonly eventID: string; readonly recordTime: string }[];
  readonly queryName: string;
}

/** A client's end of a WebSocket: what it was told, and how it ended. */
export interface Client {
  readonly socket: WebSocket;
  readonly headers: IncomingMessage['headers'];
  readonly told: Told[];
  /** Names of all events that it was told of, in order. */
  names(): string[];
  ended(): Promise<{ readonly code: number; readonly reason: string }>;
}

/** A handshake that was answered with something else than 101. */
export interface Refusal {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Asks for a WebSocket below `/epcis`, with the administrator's key unless `headers` say otherwise. */
export function askForSocket(
  gateway: RunningGateway,
  path: string,
  headers: Record<string, string> = { authorization: `Bearer ${gateway.adminKey}` },
): Promise<Client | Refusal> {
  const socket = new WebSocket(gateway.url.replace(/^http/, 'ws') + path, { headers });
  const told: Told[] = [];
  let end: { code: number; reason: string } | null = null;
  socket.on('message', (data) => told.push(reportOf(String(data))));
  socket.on('close', (code, reason) => {
    end = { code, reason: reason.toString() };
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    let answered: IncomingMessage['headers'] = {};
    socket.on('upgrade', (response) => {
      answered = response.headers;
    });
    socket.on('open', () =>
      resolve({
        socket,
        headers: answered,
        told,
        names: () => told.flatMap(({ names }) => names),
        ended: () => vi.waitUntil(() => end, { timeout: 20_000, interval: 20 }),
      }),
    );
    socket.on('unexpected-response', async (_request, response) => {
      const parts: Buffer[] = [];
      for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
      resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString('utf8')) });
    });
  });
}

/** As `askForSocket`, where the answer has to be a socket. */
export async function openSocket(gateway: RunningGateway, path: string): Promise<Client> {
  const answer = await askForSocket(gateway, path);
  if ('told' in answer) return answer;
  throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

function reportOf(text: string): Told {
  const { type, epcisBody } = JSON.parse(text);
  if (type !== 'EPCISQueryDocument') throw new Error(`not a report: ${text}`);
  const { queryName, resultsBody } = epcisBody.queryResults;
  const events: Told['events'] = resultsBody.eventList;
  return { queryName, events, names: events.map(({ eventID }) => nameOf(eventID)) };
}
