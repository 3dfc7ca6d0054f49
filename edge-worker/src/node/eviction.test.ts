import { env, evictDurableObject, runInDurableObject, SELF } from 'cloudflare:test';
import { generateSigningKey, type RegistryCopy, signRegistryCopy } from '@hopline/protocol';
import { beforeAll, expect, test } from 'vitest';
import { keyOf, publicKeyText } from '../../testing/keys.ts';
import { TestDevice } from '../../testing/test-device.ts';
import {
  connectPacket,
  packetType,
  pingreqPacket,
  pubackPacket,
  publishPacket,
  readPublish,
  readUint16,
  subscribePacket,
  WorkerdClient,
} from '../../testing/workerd-client.ts';
import { Stores } from '../store/stores.ts';

const node = '9501101530003/0';
const base = `http://edge/sites/${node}`;
const rules = [{ id: 'warm', stream: 'temperature', unit: 'Cel', min: null, max: 8000, durationMs: 0 }];
const stub = env.EDGE_NODE.get(env.EDGE_NODE.idFromName(node));
let device: TestDevice;

/** The object is torn down; its sockets stay and wake it again with the next frame. */
const evict = () => evictDurableObject(stub);

beforeAll(async () => {
  device = await TestDevice.make('sleeper', node, { rules });
  const copy: RegistryCopy = {
    format: 1,
    node,
    version: 1,
    revision: 0,
    issuedMs: Date.now(),
    expiresMs: Date.now() + 3_600_000,
    devices: [device.entry],
    revocations: [],
    gatewayKeys: [{ mspId: 'FreshHubMSP', publicKey: publicKeyText(await keyOf('gateway FreshHubMSP')) }],
  };
  const signed = await signRegistryCopy(await keyOf('registry'), 'provenance', 'FreshHubMSP', copy);
  const { jwk } = await generateSigningKey();
  // The object is awake until its answer has been read.
  await (await SELF.fetch(`${base}/healthz`)).text();
  await runInDurableObject(stub, (_, state) => {
    const stores = new Stores(state.storage);
    stores.settings.set('key', jwk);
    stores.settings.set('registry', { version: 1, revision: 0 });
    stores.blobs.put('registry', signed);
  });
  await evict();
});

async function connect(clientId: string): Promise<WorkerdClient> {
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'mqtt' };
  const client = new WorkerdClient(await SELF.fetch(`${base}/mqtt`, { headers }));
  client.send(connectPacket(clientId, device.urn, device.password));
  const { type, body } = await client.next();
  // Session present and reason code (§3.2.2).
  expect([type, body[0], body[1]]).toEqual([packetType.connack, 0, 0]);
  return client;
}

async function expectPuback(client: WorkerdClient, packetId: number): Promise<void> {
  const { type, body } = await client.next();
  expect([type, readUint16(body, 0)]).toEqual([packetType.puback, packetId]);
}

async function reading(packetId: number, celsius = 4): Promise<Uint8Array> {
  return publishPacket(device.topic, packetId, await device.reading(celsius));
}

async function counts(): Promise<Record<string, number>> {
  return runInDurableObject(stub, (_, state) => new Stores(state.storage).counts.all());
}

test('a session goes on after the object was evicted, and knows what it has stored', async () => {
  const client = await connect('sleeper-1');
  const payload = await device.reading();
  client.send(publishPacket(device.topic, 1, payload));
  await expectPuback(client, 1);
  await evict();
  const before = await counts();
  client.send(publishPacket(device.topic, 2, payload));
  await expectPuback(client, 2);
  client.send(pingreqPacket);
  expect((await client.next()).type).toBe(packetType.pingresp);
  const after = await counts();
  expect(after.duplicates).toBe((before.duplicates ?? 0) + 1);
  expect(after.accepted).toBe(before.accepted);
  client.close();
});

test('a packet whose parts lie around evictions is whole, small or large', async () => {
  const client = await connect('sleeper-2');
  const before = await counts();
  const small = await reading(1);
  const large = publishPacket(device.topic, 2, new Uint8Array(40_000).fill(7));
  for (const [index, bytes] of [small, large].entries()) {
    const middle = Math.floor(bytes.length / 2);
    for (const part of [bytes.slice(0, middle), bytes.slice(middle, middle + 1)]) {
      client.send(part);
      // A round trip through the object makes sure that the part has arrived.
      await counts();
      await evict();
    }
    client.send(bytes.slice(middle + 1));
    await expectPuback(client, index + 1);
  }
  const after = await counts();
  expect([after.accepted, after.refused]).toEqual([(before.accepted ?? 0) + 1, (before.refused ?? 0) + 1]);
  const { n } = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM partial_packets').one(),
  );
  expect(n).toBe(0);
  client.close();
});

test('an alert finds its subscriber although both slept, and the same excursion is not announced again', async () => {
  const listener = await connect('sleeper-3');
  listener.send(subscribePacket(1, 'alerts/#'));
  expect((await listener.next()).type).toBe(packetType.suback);
  const source = await connect('sleeper-4');
  await evict();
  source.send(await reading(1, 20));
  await expectPuback(source, 1);
  const alert = await listener.next();
  expect(alert.type).toBe(packetType.publish);
  const { topic, packetId } = readPublish(alert);
  expect(topic).toBe(`alerts/warm/${device.urn}`);
  listener.send(pubackPacket(packetId));
  await evict();
  source.send(await reading(2, 21));
  await expectPuback(source, 2);
  listener.send(pingreqPacket);
  expect((await listener.next()).type).toBe(packetType.pingresp);
  listener.close();
  source.close();
});

test('a session whose connection sleeps is taken over, and the older one told so [MQTT-3.1.4-3]', async () => {
  const first = await connect('sleeper-5');
  await evict();
  const second = await connect('sleeper-5');
  const { type, body } = await first.next();
  expect([type, body[0]]).toEqual([packetType.disconnect, 0x8e]);
  second.close();
});

test('a socket that never sends CONNECT is closed although the object sleeps, and so is one that sends a part of it', async () => {
  const headers = { upgrade: 'websocket', 'sec-websocket-protocol': 'mqtt' };
  const open = async () => new WorkerdClient(await SELF.fetch(`${base}/mqtt`, { headers }));
  const [silent, slow] = [await open(), await open()];
  const sockets = () => runInDurableObject(stub, (_, state) => state.getWebSockets().length);
  const before = await sockets();
  slow.send(connectPacket('sleeper-6', device.urn, device.password).slice(0, 10));
  await evict();
  // Only the alarm can wake the object now.
  expect(await Promise.all([silent.closed(), slow.closed()])).toEqual([1008, 1008]);
  expect(await sockets()).toBe(before - 2);
}, 60_000);
