import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../clock.ts';
import { httpLimits } from './limits.ts';
import { type TellingSocket, tellingSocket } from './socket.ts';

/** Both ends of a real WebSocket; waits of this end are over when the test says so. */
let server: WebSocketServer;
let client: WebSocket;
let ours: TellingSocket;
const waits: { readonly ms: number; readonly end: () => void }[] = [];
const clock: Clock = {
  now: () => 0,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      waits.push({ ms, end: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    }),
};
/** Lets so much time pass: ends the waits of this length. */
const pass = (ms: number) => {
  for (const wait of waits.splice(0)) if (wait.ms === ms) wait.end();
};

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [ws] = (await once(server, 'connection')) as [WebSocket];
  ours = tellingSocket(ws, clock);
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open');
});

afterEach(() => {
  waits.length = 0;
  client.terminate();
  server.close();
});

test('who answers pings stays, and who does not is cut off', async () => {
  for (let beats = 0; beats < 3; beats++) {
    const pinged = once(client, 'ping');
    await vi.waitUntil(() => waits.some(({ ms }) => ms === httpLimits.socketPingMs));
    pass(httpLimits.socketPingMs);
    await pinged;
    // The pong is on its way back: a message after it says that it has come.
    const echoed = new Promise((resolve) => client.once('pong', resolve));
    client.ping();
    await echoed;
  }
  expect(ours.closed.aborted).toBe(false);
  client.pause();
  for (let beats = 0; beats < 2; beats++) {
    await vi.waitUntil(() => waits.some(({ ms }) => ms === httpLimits.socketPingMs));
    pass(httpLimits.socketPingMs);
  }
  await vi.waitUntil(() => ours.closed.aborted);
});

test('a text is sent when the other end reads on, and one that never does is cut off', async () => {
  const text = 'x'.repeat(64 * 1024 * 1024);
  client.pause();
  let sent = false;
  const sending = ours.send(text).then(() => {
    sent = true;
  });
  await vi.waitUntil(() => waits.some(({ ms }) => ms === httpLimits.socketSendMs));
  expect(sent).toBe(false);
  client.resume();
  await sending;
  client.pause();
  const never = ours.send(text);
  await vi.waitUntil(() => waits.some(({ ms }) => ms === httpLimits.socketSendMs));
  pass(httpLimits.socketSendMs);
  await never;
  await vi.waitUntil(() => ours.closed.aborted);
  await ours.send('nobody is there any more');
});

test('a farewell is said with its reason, and who does not answer it is cut off', async () => {
  const ended = once(client, 'close');
  await ours.end({ code: 1008, reason: 'the credentials are not valid any more' });
  const [code, reason] = (await ended) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1008, 'the credentials are not valid any more']);
});

test('a farewell does not wait for ever', async () => {
  client.pause();
  const ending = ours.end({ code: 1001, reason: 'the gateway stops' });
  await vi.waitUntil(() => waits.some(({ ms }) => ms === httpLimits.socketCloseMs));
  pass(httpLimits.socketCloseMs);
  await ending;
  await vi.waitUntil(() => ours.closed.aborted);
});
