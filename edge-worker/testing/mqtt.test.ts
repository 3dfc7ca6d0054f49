import type {
  IConnackPacket,
  IConnectPacket,
  IDisconnectPacket,
  IPublishPacket,
  ISubackPacket,
  Packet,
} from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient } from './raw-client.ts';
import { TestDevice } from './test-device.ts';
import { apiToken, TestEdge, testNode } from './test-edge.ts';

let edge: TestEdge;
let device: TestDevice;
let other: TestDevice;

beforeAll(async () => {
  device = await TestDevice.make('mqtt', testNode);
  other = await TestDevice.make('mqtt-other', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device, other]);
});
afterAll(() => edge.stop());

function connect(version: 4 | 5, more: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: version,
    clean: true,
    clientId: `raw-${Math.random().toString(36).slice(2)}`,
    keepalive: 60,
    username: device.urn,
    password: Buffer.from(device.password),
    ...more,
  };
}

async function session(version: 4 | 5, more: Partial<IConnectPacket> = {}): Promise<[RawClient, IConnackPacket]> {
  const client = await RawClient.open(edge.mqttUrl, version);
  client.send(connect(version, more));
  return [client, (await client.next()) as IConnackPacket];
}

async function operator(version: 4 | 5 = 5): Promise<RawClient> {
  const [client] = await session(version, { username: 'operator:anna', password: Buffer.from(apiToken) });
  return client;
}

async function publishPacket(counter?: number): Promise<IPublishPacket & { messageId: number }> {
  const payload = Buffer.from(counter === undefined ? await device.reading() : await device.sign(counter, 4));
  return { cmd: 'publish', topic: device.topic, payload, qos: 1, dup: false, retain: false, messageId: 1 };
}

/** Sends a packet on a fresh session and expects to be disconnected: with a reason in MQTT 5, just closed in 3.1.1. */
async function expectDisconnect(packet: Packet, reasonCode: number): Promise<void> {
  const [five] = await session(5);
  five.send(packet);
  expect((await five.next()) as IDisconnectPacket).toMatchObject({ cmd: 'disconnect', reasonCode });
  await five.closed();
}

describe('transport', () => {
  test('[MQTT-6.0.0-3, -4] the subprotocol mqtt is asked for and answered; without it there is no connection', async () => {
    const client = await RawClient.open(edge.mqttUrl, 4);
    expect(client.subprotocol).toBe('mqtt');
    client.close();
    await expect(RawClient.open(edge.mqttUrl, 4, ['amqp'])).rejects.toThrow('refused');
  });

  test('the address without a number is node 0', async () => {
    const client = await RawClient.open(edge.mqttUrl.replace('/0/mqtt', '/mqtt'), 4);
    client.send(connect(4));
    expect(await client.next()).toMatchObject({ cmd: 'connack', returnCode: 0 });
    client.close();
  });

  test('[MQTT-6.0.0-1] a text frame ends the connection', async () => {
    const [client] = await session(4);
    client.sendText('hello');
    expect(await client.closed()).toBe(1003);
  });

  test('[MQTT-6.0.0-2] packets may be split and coalesced anywhere', async () => {
    const client = await RawClient.open(edge.mqttUrl, 5);
    const all = Buffer.concat([
      client.bytes(connect(5)),
      client.bytes(await publishPacket()),
      client.bytes({ cmd: 'pingreq' }),
    ]);
    for (const byte of all) client.sendBytes(Uint8Array.of(byte));
    expect([await client.next(), await client.next(), await client.next()].map((packet) => packet.cmd).sort()).toEqual([
      'connack',
      'pingresp',
      'puback',
    ]);
    client.close();
  });

  test('answers are coalesced into one frame', async () => {
    const [client] = await session(5);
    const frames = client.frames;
    client.send({ cmd: 'pingreq' }, { cmd: 'pingreq' }, { cmd: 'pingreq' });
    for (let i = 0; i < 3; i++) expect(await client.next()).toMatchObject({ cmd: 'pingresp' });
    expect(client.frames).toBe(frames + 1);
    client.close();
  });

  test('[MQTT-1.5.5-1] a length of five bytes is malformed, a packet above the limit is too large (0x95)', async () => {
    const [malformed] = await session(5);
    malformed.sendBytes(Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0xff, 0x01));
    expect(await malformed.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x81 });
    const [large] = await session(5);
    large.sendBytes(Uint8Array.of(0x30, 0xff, 0xff, 0x7f));
    expect(await large.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x95 });
  });
});

describe('CONNECT', () => {
  test('[MQTT-3.1.0-1] another first packet ends the connection without an answer', async () => {
    const client = await RawClient.open(edge.mqttUrl, 5);
    client.send({ cmd: 'pingreq' });
    await client.closed();
    expect(client.packets).toEqual([]);
  });

  test('[MQTT-3.1.0-2] a second CONNECT is a protocol error', () => expectDisconnect(connect(5), 0x82));

  test('[MQTT-3.1.2-2] an unknown protocol level is answered: 0x01 for an old one, 0x84 for a new one', async () => {
    const levels: [number, 4 | 5, object][] = [
      [3, 4, { returnCode: 1 }],
      [9, 5, { reasonCode: 0x84 }],
    ];
    for (const [level, version, answer] of levels) {
      const client = await RawClient.open(edge.mqttUrl, version);
      const bytes = client.bytes(connect(version));
      bytes[bytes.indexOf('MQTT') + 4] = level;
      client.sendBytes(bytes);
      expect(await client.next()).toMatchObject({ cmd: 'connack', sessionPresent: false, ...answer });
      await client.closed();
    }
  });

  test('[MQTT-3.1.2-3] a reserved flag that is set ends the connection', async () => {
    const client = await RawClient.open(edge.mqttUrl, 4);
    const bytes = client.bytes(connect(4));
    const flags = bytes.indexOf('MQTT') + 5;
    bytes[flags] = (bytes[flags] ?? 0) | 1;
    client.sendBytes(bytes);
    await client.closed();
    expect(client.packets).toEqual([]);
  });

  test('wrong or missing credentials: 0x86 in MQTT 5, return code 4 in 3.1.1, session present 0 [MQTT-3.2.2-6]', async () => {
    const wrong = [
      { password: Buffer.from('wrong') },
      { username: 'urn:dev:os:32473-nobody' },
      { username: 'operator:anna' },
    ];
    for (const more of wrong) {
      const [five, refused] = await session(5, more);
      expect(refused).toMatchObject({ cmd: 'connack', sessionPresent: false, reasonCode: 0x86 });
      await five.closed();
      const [four, answer] = await session(4, more);
      expect(answer).toMatchObject({ cmd: 'connack', sessionPresent: false, returnCode: 4 });
      await four.closed();
    }
  });

  test('CONNACK says what this broker does not do, and chooses an id where there is none [MQTT-3.2.2-16]', async () => {
    const [client, connack] = await session(5, { clientId: '', keepalive: 0 });
    expect(connack.properties).toMatchObject({
      maximumQoS: 1,
      retainAvailable: false,
      sharedSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      serverKeepAlive: 3600,
    });
    expect(connack.properties?.assignedClientIdentifier).toMatch(/^[0-9a-f-]{36}$/);
    expect(connack.properties?.topicAliasMaximum).toBeUndefined();
    client.close();
  });

  test('[MQTT-3.1.3-8] in 3.1.1 an empty id without a clean session is rejected', async () => {
    const client = await RawClient.open(edge.mqttUrl, 4);
    const bytes = client.bytes(connect(4, { clientId: '' }));
    const flags = bytes.indexOf('MQTT') + 5;
    bytes[flags] = (bytes[flags] ?? 0) & ~2;
    client.sendBytes(bytes);
    expect(await client.next()).toMatchObject({ cmd: 'connack', returnCode: 2 });
  });

  test('[MQTT-3.1.4-3] a session is taken over, and the older connection told so (0x8E)', async () => {
    const [first] = await session(5, { clientId: 'taken' });
    const [second] = await session(5, { clientId: 'taken' });
    expect(await first.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8e });
    await first.closed();
    second.send({ cmd: 'pingreq' });
    expect(await second.next()).toMatchObject({ cmd: 'pingresp' });
    second.close();
  });

  test('nobody takes over the session of another principal, whatever its client id', async () => {
    const [mine] = await session(5, { clientId: 'same' });
    const credentials = { username: other.urn, password: Buffer.from(other.password) };
    const [theirs] = await session(5, { clientId: 'same', ...credentials });
    mine.send({ cmd: 'pingreq' });
    expect(await mine.next()).toMatchObject({ cmd: 'pingresp' });
    mine.close();
    theirs.close();
  });

  test('[MQTT-3.2.2-12, -13] a will of QoS 2, or retained, or for a foreign topic, is refused', async () => {
    const will = { topic: `status/${device.urn}`, payload: Buffer.from('gone') };
    const cases: [object, number][] = [
      [{ ...will, qos: 2 }, 0x9b],
      [{ ...will, qos: 0, retain: true }, 0x9a],
      [{ ...will, qos: 0, topic: 'alerts/x' }, 0x87],
    ];
    for (const [refused, reasonCode] of cases) {
      const [client, connack] = await session(5, { will: refused as NonNullable<IConnectPacket['will']> });
      expect(connack).toMatchObject({ cmd: 'connack', reasonCode });
      await client.closed();
    }
  });
});

describe('PUBLISH', () => {
  test('QoS 2 is disconnected: 0x9B in MQTT 5, closed in 3.1.1', async () => {
    const packet = { ...(await publishPacket()), qos: 2 as const };
    await expectDisconnect(packet, 0x9b);
    const [four] = await session(4);
    four.send(packet);
    await four.closed();
    expect(four.packets).toEqual([]);
  });

  test('[MQTT-3.2.2-14] a retained message is refused in MQTT 5 (0x9A), the flag passed over in 3.1.1', async () => {
    await expectDisconnect({ ...(await publishPacket()), retain: true }, 0x9a);
    const [four] = await session(4);
    four.send({ ...(await publishPacket()), retain: true });
    expect(await four.next()).toMatchObject({ cmd: 'puback', messageId: 1 });
    four.close();
  });

  test('[MQTT-3.3.2-2, MQTT-3.3.2-9] wildcards in a topic: 0x90, a topic alias: 0x94', async () => {
    // mqtt-packet will not write such a topic, so the wildcard is put into the bytes.
    const [client] = await session(5);
    const bytes = client.bytes({ ...(await publishPacket()), topic: 'readings/x' });
    bytes[bytes.indexOf('readings/x') + 9] = '+'.charCodeAt(0);
    client.sendBytes(bytes);
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x90 });
    await expectDisconnect({ ...(await publishPacket()), properties: { topicAlias: 1 } }, 0x94);
  });

  test('[MQTT-4.6.0-2] PUBACKs come in the order of the messages, refused ones among them', async () => {
    const [client] = await session(5);
    const packets: Packet[] = [];
    for (let messageId = 1; messageId <= 20; messageId++) {
      const packet = await publishPacket();
      packets.push({ ...packet, messageId, ...(messageId % 3 === 0 && { payload: Buffer.from('junk') }) });
    }
    client.send(...packets);
    for (let messageId = 1; messageId <= 20; messageId++) {
      expect(await client.next()).toMatchObject({
        cmd: 'puback',
        messageId,
        reasonCode: messageId % 3 === 0 ? 0x99 : 0,
      });
    }
    client.close();
  });

  test('another topic than its own: 0x87 in MQTT 5, the end of the connection in 3.1.1 [MQTT-3.3.5-2]', async () => {
    const packet = { ...(await publishPacket()), topic: other.topic };
    const [five] = await session(5);
    five.send(packet);
    expect(await five.next()).toMatchObject({ cmd: 'puback', reasonCode: 0x87 });
    five.close();
    const [four] = await session(4);
    four.send(packet);
    await four.closed();
    expect(four.packets).toEqual([]);
  });

  test('more than Receive Maximum without PUBACK is 0x93', async () => {
    const [client, connack] = await session(5);
    const most = connack.properties?.receiveMaximum ?? 0;
    const packet = await publishPacket();
    client.send(...Array.from({ length: most + 1 }, (_, index) => ({ ...packet, messageId: index + 1 })));
    for (let found = await client.next(); ; found = await client.next()) {
      if (found.cmd !== 'disconnect') continue;
      expect(found.reasonCode).toBe(0x93);
      break;
    }
  });
});

describe('SUBSCRIBE', () => {
  test('[MQTT-3.8.4-1, MQTT-3.9.3-1] one SUBACK, a code for each filter in their order', async () => {
    const [client] = await session(5);
    const topics = ['alerts/#', `readings/${device.urn}`, `readings/${other.urn}`, '#', '$share/g/alerts/#', 'a/#/b'];
    client.send({ cmd: 'subscribe', messageId: 7, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) });
    const suback = (await client.next()) as ISubackPacket;
    expect(suback).toMatchObject({ cmd: 'suback', messageId: 7, granted: [1, 0, 0x87, 0x87, 0x9e, 0x8f] });
    client.close();
    const [four] = await session(4);
    four.send({ cmd: 'subscribe', messageId: 8, subscriptions: [{ topic: '#', qos: 1 }] });
    expect(await four.next()).toMatchObject({ cmd: 'suback', granted: [0x80] });
    four.close();
  });

  test('operators see what passes by, by wildcards; No Local is kept [MQTT-3.8.3-3]', async () => {
    const watcher = await operator();
    watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'readings/+', qos: 1 }] });
    await watcher.next();
    const [client] = await session(5);
    const own = { topic: `status/${device.urn}`, qos: 0 as const, nl: true };
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [own] });
    await client.next();
    client.send({ cmd: 'publish', topic: own.topic, payload: 'ok', qos: 0, dup: false, retain: false });
    const packet = await publishPacket();
    client.send(packet);
    expect(await client.next()).toMatchObject({ cmd: 'puback', messageId: 1 });
    expect(await watcher.next()).toMatchObject({
      cmd: 'publish',
      topic: device.topic,
      qos: 0,
      payload: packet.payload,
    });
    expect(client.packets).toEqual([]);
    watcher.close();
    client.close();
  });

  test('[MQTT-3.10.4-1, MQTT-3.11.3-1] UNSUBACK says of each filter whether it was there', async () => {
    const [client] = await session(5);
    client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'alerts/#', qos: 0 }] });
    await client.next();
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['alerts/#', 'alerts/x'] });
    expect(await client.next()).toMatchObject({ cmd: 'unsuback', messageId: 2, granted: [0, 0x11] });
    client.close();
  });

  test('a subscription identifier is refused (0xA1), an empty SUBSCRIBE is a protocol error [MQTT-3.8.3-2]', async () => {
    await expectDisconnect(
      {
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: 'alerts/#', qos: 0 }],
        properties: { subscriptionIdentifier: 4 },
      },
      0xa1,
    );
  });
});

describe('sessions', () => {
  test('a persistent session keeps its subscriptions and sends what was not acknowledged again, marked DUP', async () => {
    const rules = [{ id: 'warm', stream: 'temperature', unit: 'Cel', min: null, max: 8000, durationMs: 0 }];
    edge.peer.change(() => {
      edge.peer.devices = [{ ...device.entry, rules }, other.entry];
    });
    const target = edge.peer.version;
    await edge.until('the rule is here', async () => (await edge.status()).registry?.version === target);

    const lasting = { clientId: 'lasting', clean: false, properties: { sessionExpiryInterval: 600 } };
    const [first, connack] = await session(5, lasting);
    expect(connack.sessionPresent).toBe(false);
    first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'alerts/#', qos: 1 }] });
    await first.next();
    const [source] = await session(5);
    const hot = async () => ({ ...(await publishPacket()), payload: Buffer.from(await device.reading(20)) });
    source.send(await hot());
    const alert = (await first.next()) as IPublishPacket;
    expect(alert).toMatchObject({ cmd: 'publish', topic: `alerts/warm/${device.urn}`, qos: 1, dup: false });
    first.close();

    const [second, again] = await session(5, lasting);
    expect(again.sessionPresent).toBe(true);
    expect(await second.next()).toMatchObject({ ...alert, dup: true });
    second.send({ cmd: 'puback', messageId: alert.messageId ?? 0, reasonCode: 0 });
    second.send({ cmd: 'disconnect', reasonCode: 0 });
    await second.closed();

    const [third, present] = await session(5, { ...lasting, clean: true });
    expect(present.sessionPresent).toBe(false);
    source.send({ ...(await hot()), messageId: 9 });
    third.send({ cmd: 'pingreq' });
    expect(await third.next()).toMatchObject({ cmd: 'pingresp' });
    third.close();
    source.close();
  });

  test('the will goes out when the connection breaks, and not after DISCONNECT [MQTT-3.1.2-8, MQTT-3.14.4-3]', async () => {
    const watcher = await operator();
    watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'status/#', qos: 0 }] });
    await watcher.next();
    const willOf = (text: string) => ({
      topic: `status/${device.urn}`,
      payload: Buffer.from(text),
      qos: 0 as const,
      retain: false,
    });
    const [polite] = await session(5, { will: willOf('polite') });
    polite.send({ cmd: 'disconnect', reasonCode: 0 });
    await polite.closed();
    const [rude] = await session(4, { will: willOf('rude') });
    rude.close();
    expect(await watcher.next()).toMatchObject({ cmd: 'publish', payload: Buffer.from('rude') });
    watcher.close();
  });

  test('[MQTT-3.1.2-22] a client that stays silent for one and a half times its keep alive is disconnected', async () => {
    const [client] = await session(5, { keepalive: 1 });
    expect(await client.next()).toMatchObject({ cmd: 'disconnect', reasonCode: 0x8d });
    await client.closed();
  });
});
