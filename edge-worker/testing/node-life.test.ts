import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64Url } from '@hopline/protocol';
import { afterEach, expect, test } from 'vitest';
import { auditOf, timesKept } from './audit.ts';
import { publish, publishReadings } from './publish.ts';
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

let edge: TestEdge;
afterEach(() => edge.stop());

async function sealed(count: number): Promise<void> {
  await edge.post('/seal');
  await edge.until(`${count} batches are anchored`, () => edge.peer.chain.anchored.length === count);
}

test('a disk restored from an old copy refuses to seal, and after a new enrolment nothing is twice on the ledger', async () => {
  const signed = await TestDevice.make('restored', testNode);
  const legacy = await TestDevice.make('restored-legacy', testNode, { publicKey: null, kind: 'legacy' });
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [signed, legacy]);
  const client = await edge.connect(signed);
  const first = await publishReadings(client, signed, 10);
  await sealed(1);
  const second = await publishReadings(client, signed, 10);
  const unsigned = legacy.legacy(4.25);
  await publish(await edge.connect(legacy, { protocolVersion: 4 }), legacy.topic, unsigned);
  await edge.kill();
  const objects = join(edge.dataDir, 'objects');
  await cp(objects, `${objects}-copy`, { recursive: true });
  await edge.up();
  await edge.seal();
  await edge.until('the second batch is anchored', () => edge.peer.chain.anchored.length === 2);
  const third = await publishReadings(await edge.connect(signed), signed, 5);
  await sealed(3);

  await edge.kill();
  await rm(objects, { recursive: true });
  await cp(`${objects}-copy`, objects, { recursive: true });
  await edge.up();
  await edge.until('it has noticed', async () => (await edge.status()).state === 'diverged');
  await expect(edge.post('/seal')).rejects.toThrow('edge-diverged');
  // Readings are still taken: the disk is good, only its chain is not.
  const fourth = await publishReadings(await edge.connect(signed), signed, 5);
  expect(edge.peer.chain.anchored).toHaveLength(3);

  const kid = (await edge.status()).kid;
  await edge.enrol();
  await edge.until('it runs again', async () => {
    const status = await edge.status();
    return status.state === 'running' && status.head?.sequence === 2;
  });
  expect((await edge.status()).kid).not.toBe(kid);
  const again = await edge.connect(signed);
  for (const message of [...second, ...third]) expect(await publish(again, signed.topic, message)).toBe(0);
  await sealed(4);
  const last = edge.peer.chain.anchored[3];
  expect(last?.statement.size).toBe(fourth.length);
  expect(last?.summary.devices[0]?.ranges).toEqual([{ epoch: 1, first: 26, last: 30 }]);
  const audit = await auditOf(edge);
  expect(audit.reasons).toEqual(['restored-ambiguous']);
  expect(await timesKept(audit, unsigned)).toBe(1);
  for (const message of [...first, ...fourth]) expect(await timesKept(audit, message)).toBe(1);
});

test('a cloned disk that went on elsewhere: the fork is refused, taken back and continued under a new key', async () => {
  const device = await TestDevice.make('cloned', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device]);
  await publishReadings(await edge.connect(device), device, 3);
  await sealed(1);
  await edge.kill();
  const objects = join(edge.dataDir, 'objects');
  await cp(objects, `${objects}-clone`, { recursive: true });
  await edge.up();
  await edge.seal();
  await edge.until('two are anchored', () => edge.peer.chain.anchored.length === 2);
  await edge.kill();
  await rm(objects, { recursive: true });
  await cp(`${objects}-clone`, objects, { recursive: true });
  // The clone compares while the ledger's second statement is out of sight, as behind a gateway that lags.
  const hidden = edge.peer.chain.anchored.pop();
  await edge.up();
  await edge.until('it runs', async () => (await edge.status()).state === 'running');
  edge.peer.faults.holdUploads = true;
  const mine = await publishReadings(await edge.connect(device), device, 4);
  await edge.seal();
  if (hidden) edge.peer.chain.anchored.push(hidden);
  edge.peer.faults.holdUploads = false;
  await edge.until('it has noticed', async () => (await edge.status()).state === 'diverged');
  await edge.enrol();
  await edge.until('it runs again', async () => (await edge.status()).state === 'running');
  await edge.seal();
  await edge.until('three are anchored', () => edge.peer.chain.anchored.length >= 3);
  const audit = await auditOf(edge);
  for (const message of mine) expect(await timesKept(audit, message)).toBe(1);
  expect(edge.peer.chain.anchored[2]?.statement.size).toBe(4);
});

test('on a cloned disk foreign heads cover nothing: what it acknowledged stays, retention or not', async () => {
  const device = await TestDevice.make('kept', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000, retentionMs: 0 }, [device]);
  edge.peer.otherReports = false;
  const first = await publishReadings(await edge.connect(device), device, 3);
  await sealed(1);
  // Else the clone would hold a fresh key, which may take up the ledger's chain.
  await edge.until('it knows so', async () => (await edge.status()).anchored === 0);
  await edge.kill();
  const objects = join(edge.dataDir, 'objects');
  await cp(objects, `${objects}-clone`, { recursive: true });
  await edge.up();
  for (let count = 2; count <= 5; count++) {
    await edge.seal();
    await edge.until('it is anchored', () => edge.peer.chain.anchored.length === count);
  }
  await edge.kill();
  await rm(objects, { recursive: true });
  await cp(`${objects}-clone`, objects, { recursive: true });
  const hidden = edge.peer.chain.anchored.splice(1);
  edge.peer.faults.holdUploads = true;
  await edge.up();
  const mine: Uint8Array[] = [];
  for (let batch = 0; batch < 3; batch++) {
    mine.push(...(await publishReadings(await edge.connect(device), device, 4)));
    await edge.seal();
  }
  await edge.kill();
  edge.peer.chain.anchored.push(...hidden);
  edge.peer.otherReports = true;
  edge.peer.headsGiven.clear();
  await edge.up();
  await edge.until('it has noticed', async () => (await edge.status()).state === 'diverged');
  await edge.until('both have reported', () => edge.peer.headsGiven.size === 2);
  // Looking changes nothing.
  expect((await edge.status()).covered).toBeNull();
  const { batches } = await edge.get<{ batches: { state: string }[] }>('/batches');
  expect(batches.map(({ state }) => state)).toEqual(['anchored', 'sealed', 'sealed', 'sealed']);
  const diverged = await auditOf(edge);
  for (const message of [...first, ...mine]) expect(await timesKept(diverged, message)).toBe(1);

  edge.peer.faults.holdUploads = false;
  await edge.enrol();
  await edge.seal();
  await edge.until('six are anchored', () => edge.peer.chain.anchored.length === 6);
  expect(edge.peer.chain.anchored[5]?.statement.size).toBe(mine.length);
  await edge.until('all is covered', async () => (await edge.status()).covered === 5);
});

test('the word of a revoked gateway key counts no more, also for what it has covered already', async () => {
  const device = await TestDevice.make('word', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device]);
  await publishReadings(await edge.connect(device), device, 2);
  await sealed(1);
  await edge.until('it is covered', async () => (await edge.status()).covered === 0);
  edge.peer.change(() => {
    const kid = edge.peer.gatewayKid('RetailMSP');
    edge.peer.revocations = [{ kid, subject: 'RetailMSP', reason: 'stolen', last: null }];
  });
  await edge.until('the mark is gone', async () => (await edge.status()).covered === null);
  const before = edge.peer.headsGiven.get('RetailMSP') ?? 0;
  await edge.until('it has reported again', () => (edge.peer.headsGiven.get('RetailMSP') ?? 0) > before + 1);
  expect((await edge.status()).covered).toBeNull();
  const { batches } = await edge.get<{ batches: { state: string }[] }>('/batches');
  expect(batches.map(({ state }) => state)).toEqual(['anchored']);
});

test('a revocation disconnects the device and sets aside what was acknowledged beyond its last sequence', async () => {
  const device = await TestDevice.make('revoked', testNode);
  const other = await TestDevice.make('honest', testNode);
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device, other]);
  const client = await edge.connect(device);
  const honest = await edge.connect(other);
  const reasonCode = new Promise<number>((resolve) =>
    client.on('disconnect', (packet) => resolve(packet.reasonCode ?? 0)),
  );
  const readings = await publishReadings(client, device, 10);
  const fine = await publishReadings(honest, other, 3);
  edge.peer.change(() => {
    edge.peer.revocations = [
      { kid: device.kid, subject: device.urn, reason: 'stolen', last: { epoch: 1, counter: 4 } },
    ];
  });
  expect(await reasonCode).toBe(0x98);
  expect(honest.connected).toBe(true);
  await expect(edge.connect(device)).rejects.toThrow('Not authorized');
  await sealed(1);
  expect(edge.peer.chain.anchored[0]?.statement.size).toBe(4 + fine.length);
  const audit = await auditOf(edge);
  expect(audit.reasons).toEqual(Array.from({ length: 6 }, () => 'revoked'));
  for (const message of [...readings, ...fine]) expect(await timesKept(audit, message)).toBe(1);
  const { counts } = await edge.status();
  expect(counts.accepted).toBe(7);
  expect(counts.quarantined).toBe(6);
});

test('a full disk refuses readings by name, and sealing goes on', async () => {
  const device = await TestDevice.make('full', testNode);
  edge = await TestEdge.start({ diskBudgetBytes: 1_000_000, sealMaxAgeMs: 3_600_000 }, [device]);
  edge.peer.otherReports = false;
  const client = await edge.connect(device);
  const acknowledged: Uint8Array[] = [];
  let code = 0;
  for (let round = 0; code === 0 && round < 60; round++) {
    const readings = await Promise.all(Array.from({ length: 100 }, () => device.reading()));
    const codes = await Promise.all(readings.map((reading) => publish(client, device.topic, reading)));
    for (const [index, reading] of readings.entries()) if (codes[index] === 0) acknowledged.push(reading);
    code = codes.find((one) => one !== 0) ?? 0;
  }
  expect(code).toBe(0x97);
  // What is stored already is still acknowledged.
  expect(await publish(client, device.topic, acknowledged[0] as Uint8Array)).toBe(0);
  await client.endAsync();
  const four = await edge.connect(device, { protocolVersion: 4 });
  const closed = new Promise((resolve) => four.on('close', () => resolve(true)));
  four.publish(device.topic, Buffer.from(await device.reading()), { qos: 1 });
  expect(await closed).toBe(true);
  for (let open = 1; open > 0; ) {
    await edge.post('/seal');
    open = (await edge.status()).openReadings;
  }
  await edge.until('all is anchored', async () => (await edge.status()).outboxBatches === 0);
  const sum = edge.peer.chain.anchored.reduce((size, { statement }) => size + statement.size, 0);
  expect(sum).toBe(acknowledged.length);
});

test('an excursion is announced on MQTT and at the gateway once, and is in the next statement', async () => {
  const rules = [{ id: 'cold', stream: 'temperature', unit: 'Cel', min: null, max: 8000, durationMs: 60_000 }];
  const device = await TestDevice.make('warm', testNode, { rules });
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [device]);
  const client = await edge.connect(device);
  await client.subscribeAsync('alerts/#', { qos: 1 });
  const topics: string[] = [];
  client.on('message', (topic) => topics.push(topic));
  const start = Date.now() - 200_000;
  for (const [minute, celsius] of [4, 9, 9.5, 12, 4].entries()) {
    await publish(client, device.topic, await device.reading(celsius, start + minute * 40_000));
  }
  await edge.until('the alert is out', () => edge.peer.alerts.length === 1 && topics.length === 1);
  expect(topics).toEqual([`alerts/cold/${device.urn}`]);
  const { data } = edge.peer.alerts[0] as (typeof edge.peer.alerts)[number];
  expect(data).toMatchObject({ rule: 'cold', max: 8000, fromMs: start + 40_000, toMs: start + 120_000, peak: 12_000 });
  await sealed(1);
  expect(edge.peer.chain.anchored[0]?.statement.excursions).toEqual([
    { device: device.urn, stream: 'temperature', rule: 'cold', fromMs: data.fromMs, toMs: data.toMs, peak: 12_000 },
  ]);
  await sealed(2);
  expect(edge.peer.chain.anchored[1]?.statement.excursions).toEqual([]);
  expect(edge.peer.alerts).toHaveLength(1);
});

test('an alert that the gateway refuses for good is counted as dropped, and those behind it go out', async () => {
  const rules = [{ id: 'cold', stream: 'temperature', unit: 'Cel', min: null, max: 8000, durationMs: 0 }];
  const [one, two] = [
    await TestDevice.make('refused-1', testNode, { rules }),
    await TestDevice.make('refused-2', testNode, { rules }),
  ];
  edge = await TestEdge.start({ sealMaxAgeMs: 3_600_000 }, [one, two]);
  edge.peer.faults.refuseAlerts = true;
  await publish(await edge.connect(one), one.topic, await one.reading(20));
  await edge.until('it is counted', async () => (await edge.status()).counts.dropped === 1);
  edge.peer.faults.refuseAlerts = false;
  await publish(await edge.connect(two), two.topic, await two.reading(20));
  await edge.until('the next is out', () => edge.peer.alerts.length === 1);
  expect(edge.peer.alerts[0]?.data.device).toBe(two.urn);
  expect((await edge.status()).counts.dropped).toBe(1);
});

test('an idle node makes a statement at its interval, and leaves go when two organisations have covered them', async () => {
  const device = await TestDevice.make('idle', testNode);
  edge = await TestEdge.start({ idleStatementMs: 1000, retentionMs: 0, sealMaxAgeMs: 50 }, [device]);
  edge.peer.otherReports = false;
  await publishReadings(await edge.connect(device), device, 3);
  await edge.until('there are three', () => edge.peer.chain.anchored.length >= 3);
  expect(edge.peer.chain.anchored.at(-1)?.statement.size).toBe(0);
  expect((await edge.status()).covered).toBeNull();
  const { batches } = await edge.get<{ batches: unknown[] }>('/batches');
  expect(batches.length).toBeGreaterThanOrEqual(3);
  edge.peer.otherReports = true;
  await edge.until('they leave', async () => {
    const left = await edge.get<{ batches: { sequence: number }[] }>('/batches');
    return (left.batches[0]?.sequence ?? 0) > 0;
  });
});

test('a registry copy never goes back, and an expired one serves nobody', async () => {
  const device = await TestDevice.make('registry', testNode);
  edge = await TestEdge.start({}, [device]);
  edge.peer.change(() => undefined);
  await edge.until('version 2 is here', async () => (await edge.status()).registry?.version === 2);
  edge.peer.version = 1;
  edge.peer.devices = [];
  const client = await edge.connect(device);
  await publishReadings(client, device, 1);
  expect((await edge.status()).registry?.version).toBe(2);
  const closed = new Promise((resolve) => client.on('close', () => resolve(true)));
  edge.peer.devices = [device.entry];
  edge.peer.validityMs = 500;
  edge.peer.version = 3;
  await edge.until('version 3 is here', async () => (await edge.status()).registry?.version === 3);
  edge.peer.faults.unavailable = true;
  expect(await closed).toBe(true);
  await expect(edge.connect(device)).rejects.toThrow('Server unavailable');
});

test('the HTTP interface wants a token, answers problems, and gives summaries by their digest', async () => {
  const device = await TestDevice.make('http', testNode);
  edge = await TestEdge.start({}, [device]);
  await publishReadings(await edge.connect(device), device, 2);
  await sealed(1);
  const base = `${edge.edge.url}/sites/${testNode}`;
  for (const path of ['/status', '/batches', '/quarantine', '/readings/open']) {
    const response = await fetch(base + path);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(((await response.json()) as { code: string }).code).toBe('unauthenticated');
  }
  expect((await fetch(`${base}/healthz`)).status).toBe(200);
  expect((await fetch(`${edge.edge.url}/sites/9501101530999/0/status`)).status).toBe(404);
  const anchored = edge.peer.chain.anchored[0];
  const digest = Buffer.from(anchored?.statement.summaryDigest ?? []).toString('base64url');
  const summary = await fetch(`${base}/summaries/${digest}`, {
    headers: { authorization: 'Bearer operator-token-of-the-tests-0123456789' },
  });
  expect(new Uint8Array(await summary.arrayBuffer())).toEqual(anchored?.batch.summary);
  expect(fromBase64Url(digest)).toHaveLength(32);
  await expect(edge.get('/batches/99')).rejects.toThrow('404');
  await expect(edge.get('/batches?from=x')).rejects.toThrow('400');
});
