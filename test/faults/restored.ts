import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EdgePart, enrolNode } from '../../infra/start/edges-part.ts';
import type { FsckReport } from '../fsck/check.ts';
import { enrolDevice, type FaultDevice, publish, record } from './fault-devices.ts';
import { caseTimeoutMs, type FaultSystem } from './fault-system.ts';

let system: FaultSystem;
let edge: EdgePart;
let probe: FaultDevice;
let legacy: FaultDevice;
/** What the checker found when the devices had 60 and 10 readings on the ledger. */
let before: FsckReport;

/** An edge node goes on from an old copy of its disk. */
export function restored(running: () => FaultSystem): void {
  describe('a disk that comes back', () => {
    beforeAll(async () => {
      system = running();
      edge = system.edge(0);
      probe = await enrolDevice(system, edge);
      legacy = await enrolDevice(system, edge, { legacy: true });
      await publish(probe, 60);
      await publish(legacy, 10);
      before = await system.expectNothingLost();
    }, caseTimeoutMs);

    afterAll(async () => {
      await Promise.all([probe?.device.stop(), legacy?.device.stop()]);
    });

    test(
      'an edge’s disk is restored from an old copy: it seals nothing until it is enrolled again, and nothing is there twice',
      async () => {
        await withDisk('keep');
        await bothConnected();
        await publish(probe, 80);
        await publish(legacy, 10);
        await system.settle();
        const lost = await system.status(edge);
        const head = await system.headOnLedger(edge);

        await withDisk('restore');
        await system.until('the node has noticed', async () => (await system.status(edge)).state === 'diverged');
        await bothConnected();
        // It takes readings all the same. One of them is on the ledger already, which this disk cannot know.
        expect(await probe.device.repeatLast()).toMatchObject({ kind: 'acknowledged', reason: null });
        await publish(probe, 55);
        await publish(legacy, 5);
        const diverged = await system.status(edge);
        expect(diverged).toMatchObject({ state: 'diverged', kid: lost.kid, openReadings: 61 });
        expect(diverged.head?.sequence).toBeLessThan(head);
        expect(await system.headOnLedger(edge)).toBe(head);

        await enrolNode(edge.address, system.stack.clients.freshHub);
        await system.until('the chain goes on', async () => (await system.headOnLedger(edge)) > head);
        await publish(probe, 10);
        const report = await system.expectNothingLost();
        // What the old disk lost is known by the summaries that the gateways kept, the legacy readings by their count.
        expect(report.batchesWithoutLeaves).toBeGreaterThan(0);
        expect(report.anchored - before.anchored).toBe(80 + 10 + 55 + 5 + 10);
        expect((await system.status(edge)).kid).not.toBe(lost.kid);
      },
      caseTimeoutMs,
    );

    test(
      'a restored node goes on being one that can be killed, and knows replays of what its disk never held',
      async () => {
        const { counts } = await system.status(edge);
        await record(probe, 70);
        await edge.kill();
        await edge.start();
        await publish(probe, 5);
        await system.expectNothingLost();
        expect((await system.status(edge)).counts.accepted).toBeGreaterThan(counts.accepted);
      },
      caseTimeoutMs,
    );

    test(
      'the old copy held readings not sealed, which the ledger has by now: signed ones are recognised, legacy ones shown as doubtful',
      async () => {
        const shown = (await system.quarantine(edge)).length;
        await cutOffAndRestarted();
        await publish(probe, 20);
        await publish(legacy, 5);
        expect(await system.status(edge)).toMatchObject({ openReadings: 25 });
        await withDisk('keep');
        system.healGateways();
        await bothConnected();
        await system.settle();
        const head = await system.headOnLedger(edge);

        await restoredAndEnrolled();
        await publish(probe, 5);
        await system.until('the chain goes on', async () => (await system.headOnLedger(edge)) > head);
        const { quarantined } = await system.expectNothingLost();
        expect(quarantined - before.quarantined).toBe(5);
        expect((await system.quarantine(edge)).slice(shown).map(({ reason, device }) => ({ reason, device }))).toEqual(
          Array.from({ length: 5 }, () => ({ reason: 'restored-ambiguous', device: legacy.device.urn })),
        );
      },
      caseTimeoutMs,
    );

    test(
      'the old copy held batches not sent, which the ledger has by now, and the next ones are sealed before any is sent',
      async () => {
        system.cutGateways();
        await publish(probe, 60);
        await system.until('all of it is sealed', async () => (await system.status(edge)).openReadings === 0);
        const { outboxBatches } = await system.status(edge);
        expect(outboxBatches).toBeGreaterThan(0);
        await withDisk('keep');
        system.healGateways();
        await bothConnected();
        await publish(probe, 60);
        await system.settle();
        const head = await system.headOnLedger(edge);

        for (const proxy of Object.values(system.proxies)) proxy.dropUploads();
        await restoredAndEnrolled();
        await publish(probe, 60);
        await system.until('it has sealed upon the ledger’s head', async () => {
          return ((await system.status(edge)).head?.sequence ?? 0) > head;
        });
        expect((await system.status(edge)).outboxBatches).toBeGreaterThan(outboxBatches);
        system.healGateways();
        await system.expectNothingLost();
        expect(await system.headOnLedger(edge)).toBeGreaterThan(head);
      },
      caseTimeoutMs,
    );
  });
}

/** Stops the edge, and either keeps a copy of its disk or puts one back. */
async function withDisk(what: 'keep' | 'restore'): Promise<void> {
  const kept = join(system.stack.dataDir, 'kept-disk');
  await edge.stop();
  const [from, to] = what === 'keep' ? [edge.dataDir, kept] : [kept, edge.dataDir];
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true });
  await edge.start();
}

async function bothConnected(): Promise<void> {
  await system.until('the devices are back', () => probe.device.isConnected && legacy.device.isConnected);
}

/** The edge runs, and has not compared its head with the ledger's: it takes readings and seals none. */
async function cutOffAndRestarted(): Promise<void> {
  await system.settle();
  system.cutGateways();
  await edge.stop();
  await edge.start();
  await bothConnected();
}

async function restoredAndEnrolled(): Promise<void> {
  await withDisk('restore');
  await system.until('the node has noticed', async () => (await system.status(edge)).state === 'diverged');
  await bothConnected();
  await enrolNode(edge.address, system.stack.clients.freshHub);
}
