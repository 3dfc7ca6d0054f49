import type { IConnectPacket } from 'mqtt-packet';
import { afterEach, expect, test } from 'vitest';
import { maxFailedConnectsAtOnce, maxUnopenedConnections } from '../src/mqtt/limits.ts';
import { publishReadings } from './publish.ts';
import { RawClient } from './raw-client.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

let edge: TestEdge;
const raw: RawClient[] = [];
afterEach(async () => {
  for (const client of raw.splice(0)) client.close();
  await edge.stop();
});

async function open(): Promise<RawClient> {
  const client = await RawClient.open(edge.mqttUrl, 5);
  raw.push(client);
  return client;
}

test('sockets without CONNECT are bounded, and who is connected goes on', async () => {
  const device = await TestDevice.make('pushed', testNode);
  edge = await TestEdge.start({}, [device]);
  const connected = await edge.connect(device);
  await Promise.all(Array.from({ length: maxUnopenedConnections }, () => open()));
  await expect(open()).rejects.toThrow('refused');
  await publishReadings(connected, device, 1);
  raw.pop()?.close();
  await edge.until('there is room again', () => open().then(Boolean, () => false));
});

test('beyond so many failures a wrong password gets no answer, and a right one still does', async () => {
  const device = await TestDevice.make('guessed', testNode);
  edge = await TestEdge.start({}, [device]);
  const connect: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId: 'guess',
    clean: true,
    keepalive: 60,
    username: device.urn,
    password: Buffer.from('a wrong guess'),
  };
  const clients: RawClient[] = [];
  for (let count = 0; count < 3 * maxFailedConnectsAtOnce; count++) clients.push(await open());
  for (const client of clients) client.send(connect);
  const answered = () => clients.filter(({ packets }) => packets.length > 0);
  await edge.until('the first are answered', () => answered().length >= maxFailedConnectsAtOnce);
  await publishReadings(await edge.connect(device), device, 1);
  expect(answered().length).toBeLessThan(clients.length);
  expect(answered()[0]?.packets[0]).toMatchObject({ cmd: 'connack', reasonCode: 0x86 });
  // Who got no answer is closed when the time for a CONNECT is over.
  const held = clients.find(({ packets }) => packets.length === 0);
  await edge.until('the time is over', () => held?.isClosed === true);
  expect(held?.packets).toEqual([]);
});

test('a body beyond what an enrolment needs is refused', async () => {
  edge = await TestEdge.start({}, []);
  const code = 'x'.repeat(5000);
  await expect(edge.post('/enrolment', { code })).rejects.toThrow('413');
});
