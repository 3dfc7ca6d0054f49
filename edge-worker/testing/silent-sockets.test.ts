import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

const trickleMs = 500;
/** A close frame (RFC 6455 §5.5.1) with the code 1008. */
const policyClose = Buffer.from([0x88, 2, 1008 >> 8, 1008 & 255]);
let edge: TestEdge;
let device: TestDevice;
const sockets: Socket[] = [];

beforeAll(async () => {
  device = await TestDevice.make('quiet', testNode);
  edge = await TestEdge.start({ registryRefreshMs: 600_000 }, [device]);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await edge.stop();
});

test('sockets without a whole CONNECT are told to go: those that stay silent, and those that send it byte by byte', async () => {
  const quick = await edge.connect(device, { keepalive: 3600 });
  const [silent, slow] = [await upgrade(), await upgrade()];
  const connectPacket = generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clean: true,
    clientId: 'slow',
    keepalive: 60,
    username: device.urn,
    password: Buffer.from(device.password),
  });
  let sent = 0;
  // The last byte never comes.
  const trickle = setInterval(() => {
    if (sent < connectPacket.length - 1) slow.socket.write(frameOf(connectPacket[sent++] ?? 0));
  }, trickleMs);
  try {
    expect(await Promise.all([silent.heard, slow.heard])).toEqual([policyClose, policyClose]);
  } finally {
    clearInterval(trickle);
  }
  expect(sent).toBeLessThan(connectPacket.length - 1);
  expect(quick.connected).toBe(true);
}, 60_000);

/** A WebSocket by hand (RFC 6455 §4.1), and what the broker says first on it. */
async function upgrade(): Promise<{ socket: Socket; heard: Promise<Buffer> }> {
  const url = new URL(edge.mqttUrl.replace(/^ws/, 'http'));
  const socket = connect(Number(url.port), url.hostname);
  sockets.push(socket);
  await once(socket, 'connect');
  const header = {
    Host: url.host,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': Buffer.alloc(16, 1).toString('base64'),
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Protocol': 'mqtt',
  };
  const lines = Object.entries(header).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET ${url.pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
  return { socket, heard: once(socket, 'data').then(([bytes]) => bytes as Buffer) };
}

/** One byte as a binary frame, under a mask of zeros (RFC 6455 §5.3). */
function frameOf(byte: number): Buffer {
  return Buffer.from([0x82, 0x81, 0, 0, 0, 0, byte]);
}
