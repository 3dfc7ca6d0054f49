import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { delivered, enrolDevice, type FaultDevice, publish } from './fault-devices.ts';
import { caseTimeoutMs, type FaultSystem } from './fault-system.ts';

/** Of each device under load: enough that something is under way at any moment, and little to be checked afterwards. */
const readingsAtOnce = 5;
const breathMs = 250;
let system: FaultSystem;
/** By other devices, before this part began. */
let acknowledgedBefore = 0;
let probe: FaultDevice;
/** At the second edge node. */
let other: FaultDevice;
/** At the first, and unable to sign. */
let legacy: FaultDevice;
const devices = () => [probe, other, legacy].filter((each) => each !== undefined);

/** Every part of the system is killed at its worst moment; then any of them at any moment. */
export function killed(running: () => FaultSystem): void {
  describe('what is killed', () => {
    beforeAll(async () => {
      system = running();
      ({ acknowledged: acknowledgedBefore } = await system.expectNothingLost());
      probe = await enrolDevice(system, system.edge(0));
      other = await enrolDevice(system, system.edge(1));
      legacy = await enrolDevice(system, system.edge(0), { legacy: true, protocolVersion: 4 });
      await Promise.all(devices().map((each) => publish(each, 5)));
      await system.settle();
    }, caseTimeoutMs);

    afterEach(async () => {
      // After each case, whatever was killed in it: every acknowledged reading exactly once.
      system.healGateways();
      await Promise.all(devices().map(delivered));
      const { acknowledged } = await system.expectNothingLost();
      expect(acknowledged - acknowledgedBefore).toBe(
        devices().reduce((sum, { device }) => sum + device.tally.acknowledged, 0),
      );
    }, caseTimeoutMs);

    afterAll(async () => {
      await Promise.all(devices().map(({ device }) => device.stop()));
    });

    test(
      'the gateways are killed between the ledger’s commit and the answer',
      async () => {
        const { edge } = probe;
        const gateways = system.stack.gateways.processOf('freshHub');
        const pid = gateways.pid;
        const before = await system.headOnLedger(edge);
        for (const proxy of Object.values(system.proxies)) proxy.holdAnswers();
        await publish(probe, 60);
        await system.until(
          'the ledger has more than the edge knows of',
          async () => (await system.headOnLedger(edge)) > before,
        );
        await gateways.kill();
        const onLedger = await system.headOnLedger(edge);
        expect((await system.status(edge)).anchored ?? -1).toBeLessThan(onLedger);
        const { uploads } = system.proxies.freshHub;
        await gateways.start();
        system.healGateways();
        await system.settle();
        expect(gateways.pid).not.toBe(pid);
        // The same bytes came again, and are where they were.
        expect(system.proxies.freshHub.uploads).toBeGreaterThan(uploads);
        const resent = (await system.batches(edge, before + 1)).filter(({ sequence }) => sequence <= onLedger);
        expect(resent.length).toBeGreaterThan(0);
        const anchored = await system.anchored(edge);
        for (const { sequence, transactionId, block } of resent)
          expect(anchored.get(sequence)).toEqual({ transactionId, block });
      },
      caseTimeoutMs,
    );

    test(
      'an edge is killed with readings acknowledged and not sealed',
      async () => {
        const { edge } = probe;
        // A node that has just started seals nothing before it has compared its head with the ledger's.
        system.cutGateways();
        await edge.kill();
        await edge.start();
        await publish(probe, 40);
        expect((await system.status(edge)).openReadings).toBeGreaterThanOrEqual(40);
        await edge.kill();
        await edge.start();
        expect((await system.status(edge)).openReadings).toBeGreaterThanOrEqual(40);
      },
      caseTimeoutMs,
    );

    test(
      'an edge is killed with batches sealed and not sent',
      async () => {
        const { edge } = probe;
        system.cutGateways();
        await publish(probe, 120);
        await system.until('all of it is sealed', async () => (await system.status(edge)).openReadings === 0);
        const sealed = (await system.batches(edge, 0)).filter(({ transactionId }) => transactionId === null);
        expect(sealed.reduce((sum, { size }) => sum + size, 0)).toBe(120);
        await edge.kill();
        await edge.start();
        system.healGateways();
        await system.settle();
        // The bytes that go out are those that were sealed before.
        const digests = new Map((await system.batches(edge, 0)).map(({ sequence, digest }) => [sequence, digest]));
        for (const { sequence, digest } of sealed) expect(digests.get(sequence)).toBe(digest);
      },
      caseTimeoutMs,
    );

    test(
      'an edge is killed with a batch sent and its answer not come',
      async () => {
        const { edge } = probe;
        const before = await system.headOnLedger(edge);
        for (const proxy of Object.values(system.proxies)) proxy.holdAnswers();
        await publish(probe, 60);
        await system.until(
          'the ledger has more than the edge knows of',
          async () => (await system.headOnLedger(edge)) > before,
        );
        await edge.kill();
        await edge.start();
        const onLedger = await system.headOnLedger(edge);
        expect((await system.status(edge)).anchored ?? -1).toBeLessThan(onLedger);
        system.healGateways();
        await system.until('the edge knows', async () => ((await system.status(edge)).anchored ?? -1) >= onLedger);
      },
      caseTimeoutMs,
    );

    test(
      'the ledger is killed under load, and readings are acknowledged all the while',
      async () => {
        const ledger = system.ledgerProcess;
        const pid = ledger.pid;
        await underLoad(async () => {
          await sleep(500 + system.random.integer(1000));
          await ledger.kill();
          const { tally } = probe.device;
          const before = tally.acknowledged;
          await system.until(
            'readings come in without a ledger',
            () => tally.acknowledged >= before + 4 * readingsAtOnce,
          );
          await ledger.start();
        });
        expect(ledger.pid).not.toBe(pid);
      },
      caseTimeoutMs,
    );

    test(
      'whatever is killed, whenever it happens',
      async () => {
        const { random } = system;
        const { gateways, ledger } = system.stack;
        const victims = [
          ...[probe.edge, other.edge].map((edge) => ({ name: edge.address.node, part: edge })),
          ...[...gateways.processes, ...ledger.processes].map((process) => ({
            name: process.plan.name,
            part: process,
          })),
        ];
        const killed: string[] = [];
        await underLoad(async () => {
          for (let round = 0; round < 5; round++) {
            await sleep(random.integer(1200));
            const victim = victims[random.integer(victims.length)] as (typeof victims)[0];
            killed.push(victim.name);
            await victim.part.kill();
            await sleep(random.integer(300));
            await victim.part.start();
          }
        });
        console.log(`killed: ${killed.join(', ')}`);
      },
      caseTimeoutMs,
    );

    test(
      'the checker finds nothing wrong either while readings go on coming',
      async () => {
        await underLoad(async () => {
          const before = probe.device.tally.acknowledged;
          const { report, text } = await system.fsck();
          expect(report, text).toMatchObject({ ok: true, missing: 0, duplicated: 0 });
          expect(probe.device.tally.acknowledged).toBeGreaterThan(before);
        });
      },
      caseTimeoutMs,
    );
  });
}

/** All devices publish while something happens, however long it takes. */
async function underLoad(happens: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const load = devices().map(async (device) => {
    while (!over.signal.aborted) {
      await publish(device, readingsAtOnce);
      await sleep(breathMs);
    }
  });
  try {
    await happens();
  } finally {
    over.abort();
  }
  await Promise.all(load);
}
