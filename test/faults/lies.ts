import { type SealedBatch, toBase64Url } from '@hopline/protocol';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EdgePart } from '../../infra/start/edges-part.ts';
import { ignored } from '../../infra/start/gateway-client.ts';
import type { OrganisationName } from '../../infra/story/network.ts';
import type { Misbehaviour, PublishOutcome } from '../../sensor-sim/src/index.ts';
import { readJournal } from '../fsck/journal.ts';
import { refusalOf } from '../ledger-suite/ledger-client.ts';
import { type DeviceWish, enrolDevice, type FaultDevice, publish, record } from './fault-devices.ts';
import { caseTimeoutMs, type FaultSystem } from './fault-system.ts';
import { type UploadAnswer, upload } from './upload.ts';

let system: FaultSystem;
let edge: EdgePart;
const devices: FaultDevice[] = [];
const gatewayUrl = (name: OrganisationName) => system.stack.clients[name].url;
const quarantined = (reason: string): PublishOutcome => ({
  kind: 'acknowledged',
  reasonCode: 0,
  reason: `quarantined: ${reason}`,
});
const refused = (reasonCode: number) => ({ kind: 'refused', reasonCode });

/** Devices, gateways and whoever is between them say what is not so. */
export function lies(running: () => FaultSystem): void {
  describe('who lies', () => {
    beforeAll(() => {
      system = running();
      edge = system.edge(0);
    });

    afterEach(async () => {
      system.healGateways();
      const { acknowledged } = await system.expectNothingLost();
      expect(acknowledged).toBeGreaterThan(0);
      for (const { device } of devices.splice(0)) await device.stop();
    }, caseTimeoutMs);

    test(
      'the same statements through two organisations at the same moment, and again, are on the ledger once',
      async () => {
        const { sequences, batches } = await sealedAndUnsent();
        const [first, second] = await Promise.all([uploadTo('freshHub', batches), uploadTo('retail', batches)]);
        expect(first).toMatchObject({ status: 200, results: sequences.map((sequence) => ({ sequence })) });
        expect(second).toEqual(first);
        for (const again of await Promise.all([uploadTo('retail', batches), uploadTo('freshHub', batches)]))
          expect(again).toEqual(first);
        const { uploads } = system.proxies.freshHub;
        system.healGateways();
        await system.settle();
        // The edge, which knew nothing of all this, has sent them itself and was told the same.
        expect(system.proxies.freshHub.uploads).toBeGreaterThan(uploads);
        const known = await system.batches(edge, sequences[0] ?? 0);
        for (const { sequence, transactionId, block } of first.results ?? [])
          expect(known.find((batch) => batch.sequence === sequence)).toMatchObject({ transactionId, block });
      },
      caseTimeoutMs,
    );

    test(
      'a statement that was altered on its way is refused by every gateway, and by the chaincode',
      async () => {
        const { batches } = await sealedAndUnsent();
        const [{ statement, summary }] = batches as [SealedBatch];
        const head = await system.headOnLedger(edge);
        for (const at of [statement.length - 1, statement.length - 64, statement.length - 80]) {
          const altered = statement.slice();
          altered[at] = (altered[at] ?? 0) ^ 1;
          for (const name of ['freshHub', 'retail'] as const) {
            const { status } = await uploadTo(name, [{ statement: altered, summary }]);
            expect([400, 403]).toContain(status);
          }
          const direct = system.ledger.submit('readings:AnchorStatements', { statements: [toBase64Url(altered)] });
          expect(['signature-refused', 'argument-malformed']).toContain((await refusalOf(direct)).code);
        }
        const otherSummary = summary.slice();
        otherSummary[summary.length - 1] = (otherSummary[summary.length - 1] ?? 0) ^ 1;
        expect([400, 403]).toContain((await uploadTo('retail', [{ statement, summary: otherSummary }])).status);
        expect(await system.headOnLedger(edge)).toBe(head);
        // As it was, it is taken from whoever brings it: here from another organisation's client, without any gateway.
        await system.ledger.submit('readings:AnchorStatements', { statements: [toBase64Url(statement)] });
        expect(await system.headOnLedger(edge)).toBe(head + 1);
      },
      caseTimeoutMs,
    );

    test(
      'statements that leave one out are refused by the gateway and by the chaincode',
      async () => {
        const { sequences, batches } = await sealedAndUnsent();
        expect(batches.length).toBeGreaterThan(1);
        const later = await uploadTo('freshHub', batches.slice(1));
        expect(later).toMatchObject({ status: 409, code: 'statement-gap' });
        const direct = system.ledger.submit('readings:AnchorStatements', {
          statements: batches.slice(1).map(({ statement }) => toBase64Url(statement)),
        });
        expect((await refusalOf(direct)).code).toBe('statement-gap');
        expect(await system.headOnLedger(edge)).toBe((sequences[0] ?? 0) - 1);
      },
      caseTimeoutMs,
    );

    test(
      'replayed, equivocating and forged readings are told apart, and those acknowledged are in quarantine for all to see',
      async () => {
        const probe = await newDevice(edge);
        await publish(probe, 10);
        const before = await system.status(edge);
        const shown = (await system.quarantine(edge)).length;
        expect(await probe.device.repeatLast()).toMatchObject({ kind: 'acknowledged', reason: null });
        const expected: [Misbehaviour, object][] = [
          ['forged', quarantined('signature-invalid')],
          ['equivocation', quarantined('equivocation')],
          ['unopened-epoch', quarantined('epoch-unknown')],
          ['malformed', refused(0x99)],
          ['oversized', refused(0x99)],
          ['clock-ahead', refused(0x83)],
          ['foreign-topic', refused(0x87)],
        ];
        for (const [kind, outcome] of expected) expect(await probe.device.misbehave(kind), kind).toMatchObject(outcome);
        // Good readings go on behind the bad ones.
        await publish(probe, 10);
        const { counts } = await system.status(edge);
        expect(counts.duplicates - before.counts.duplicates).toBe(1);
        expect(counts.quarantined - before.counts.quarantined).toBe(3);
        expect(counts.accepted - before.counts.accepted).toBe(10);
        const reasons = (await system.quarantine(edge)).slice(shown);
        expect(reasons.map(({ reason }) => reason)).toEqual(['signature-invalid', 'equivocation', 'epoch-unknown']);
        expect(new Set(reasons.map(({ device }) => device))).toEqual(new Set([probe.device.urn]));
      },
      caseTimeoutMs,
    );

    test(
      'equivocation is seen also when the first reading is sealed, anchored, and the edge was killed since',
      async () => {
        const probe = await newDevice(edge);
        await publish(probe, 3);
        await system.settle();
        await edge.kill();
        await edge.start();
        await system.until('the device is back', () => probe.device.isConnected);
        expect(await probe.device.misbehave('equivocation')).toMatchObject(quarantined('equivocation'));
        expect(await probe.device.repeatLast()).toMatchObject({ kind: 'acknowledged', reason: null });
      },
      caseTimeoutMs,
    );

    test(
      'over MQTT 3.1.1, which has no reasons, what is wrong is set aside and acknowledged',
      async () => {
        const probe = await newDevice(edge, { protocolVersion: 4 });
        await publish(probe, 3);
        const shown = (await system.quarantine(edge)).length;
        for (const kind of ['forged', 'malformed', 'clock-ahead'] as const)
          expect(await probe.device.misbehave(kind), kind).toMatchObject({ kind: 'acknowledged' });
        const reasons = (await system.quarantine(edge)).slice(shown).map(({ reason }) => reason);
        expect(reasons).toEqual(['signature-invalid', 'malformed', 'clock-ahead']);
      },
      caseTimeoutMs,
    );

    test(
      'what a device sends to an edge node that it does not belong to never counts there',
      async () => {
        const probe = await newDevice(system.edge(0), { assignment: { node: system.edge(1).address.node } });
        await record(probe, 3);
        await system.until('the device was refused', () => probe.device.tally.connectionFailures > 0);
        expect(probe.device.tally.acknowledged).toBe(0);
        const before = (await system.status(edge)).counts.accepted;
        // Another device's connection does not help it: that topic is not its own.
        const honest = await newDevice(edge);
        await publish(honest, 1);
        expect(await honest.device.misbehave('foreign-topic')).toMatchObject(refused(0x87));
        expect((await system.status(edge)).counts.accepted).toBe(before + 1);
      },
      caseTimeoutMs,
    );

    test(
      'readings of a time after the device’s assignment are foreign',
      async () => {
        const hourMs = 3_600_000;
        const probe = await newDevice(edge, { assignment: { toMs: Date.now() - hourMs } });
        await publish(probe, 2);
        expect(probe.device.tally.quarantined).toEqual({ foreign: 2 });
      },
      caseTimeoutMs,
    );

    test(
      'a device is revoked in the middle: it has to go, and what it recorded before stays believed',
      async () => {
        const probe = await newDevice(edge);
        await publish(probe, 30);
        const journal = (await readJournal(system.stack.journalFile)).filter(
          ({ device }) => device === probe.device.urn,
        );
        const { epoch, counter } = journal.at(-1) as (typeof journal)[0];
        const revocation = {
          kid: toBase64Url(probe.key?.kid as Uint8Array),
          subject: probe.device.urn,
          reason: 'stolen',
          last: { epoch, counter },
        };
        await system.stack.clients.freshHub.post('/api/revocations', revocation, ignored);
        await system.until('the device was sent away', () => !probe.device.isConnected);
        const { acknowledged, connections } = probe.device.tally;
        await record(probe, 5);
        await system.until('it was refused', () => probe.device.tally.connectionFailures > 0);
        expect(probe.device.tally).toMatchObject({ acknowledged, connections });
        expect(probe.device.pending).toBe(5);
        expect(acknowledged).toBe(30);
      },
      caseTimeoutMs,
    );
  });
}

async function newDevice(at: EdgePart, wish: DeviceWish = {}): Promise<FaultDevice> {
  const device = await enrolDevice(system, at, wish);
  devices.push(device);
  return device;
}

async function uploadTo(name: OrganisationName, batches: readonly SealedBatch[]): Promise<UploadAnswer> {
  return upload(gatewayUrl(name), await system.nodeToken(edge, name), batches);
}

/** Batches that the edge has sealed and that no gateway has seen: the edge is cut off from them. */
async function sealedAndUnsent(): Promise<{ sequences: number[]; batches: SealedBatch[] }> {
  const device = await newDevice(edge);
  await publish(device, 5);
  await system.settle();
  system.cutGateways();
  await publish(device, 60);
  await system.until('all of it is sealed', async () => (await system.status(edge)).openReadings === 0);
  const unsent = (await system.batches(edge, 0)).filter(({ transactionId }) => transactionId === null);
  const sequences = unsent.map(({ sequence }) => sequence);
  expect(sequences.length).toBeGreaterThan(0);
  return { sequences, batches: await Promise.all(sequences.map((sequence) => system.sealed(edge, sequence))) };
}
