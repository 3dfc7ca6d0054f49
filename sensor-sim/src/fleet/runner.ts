import type { RawPack } from '@hopline/protocol';
import type { Device } from '../device/device.ts';
import { deviceTime } from '../physics/device-clock.ts';
import type { World } from '../physics/world.ts';
import { createRandom, type Random } from '../random/random.ts';
import type { Recording } from '../replay/recording.ts';
import { type Fault, faultsBetween } from './faults.ts';
import { legacyPack, type Measurement, recordedPack, signedPack } from './measure.ts';
import type { DevicePlan } from './plan.ts';
import { TaskQueue } from './task-queue.ts';

/** How a stretch of time is run. In a compressed one a device that loses its network has delivered before what it would have. */
export interface RunMode {
  readonly isCompressed: boolean;
  /** Interval of the simulated sensors; `null`: as planned. */
  readonly everyMs: number | null;
}

/**
 * Plays one device's part of a plan on a device: measures, moves between networks, goes wrong. What is due is noted at
 * once, since the world goes on; it is done in order in a queue of the device's own, so that one without a network holds
 * up no other.
 */
export interface Runner {
  readonly plan: DevicePlan;
  readonly device: Device;
  readonly tasks: TaskQueue;
  /** Begins at a time: what is before it is passed over. */
  begin(atMs: number, mode: RunMode): void;
  /** Notes everything due up to a time, at which the world must stand. */
  meet(toMs: number, world: World): void;
  /** Ends a fault that still lasts, so that a stretch of time can end with everything delivered. */
  recover(): void;
}

const faultHorizonMs = 86_400_000;
const compressedDrainTimeoutMs = 60_000;
const batteryDaysFull = 90;

export function createRunner(plan: DevicePlan, device: Device, seed: number, recording: Recording | null): Runner {
  const random = createRandom(seed, 'runner', plan.device);
  const phase = random.uniform();
  const tasks = new TaskQueue();
  let mode: RunMode = { isCompressed: true, everyMs: null };
  let nextSampleMs = Number.POSITIVE_INFINITY;
  let networkIndex = -1;
  let offlineUntilMs: number | null = null;
  let faults: Fault[] = [];
  let faultsKnownToMs = 0;

  const everyMs = () => mode.everyMs ?? (plan.source.kind === 'body' ? plan.source.everyMs : Number.POSITIVE_INFINITY);
  const nextNetworkMs = () => plan.network[networkIndex + 1]?.fromMs ?? Number.POSITIVE_INFINITY;

  const moveToNetwork = () => {
    const node = offlineUntilMs === null ? (plan.network[networkIndex]?.node ?? null) : null;
    const { isCompressed } = mode;
    tasks.add(async () => {
      if (isCompressed && device.isConnected) await device.drain(compressedDrainTimeoutMs);
      if (node) await device.connect(node);
      else await device.disconnect();
    });
  };
  const lookForFaults = (toMs: number) => {
    while (faultsKnownToMs <= toMs) {
      const untilMs = faultsKnownToMs + faultHorizonMs;
      faults.push(...faultsBetween(plan.faults, seed, plan.device, faultsKnownToMs, untilMs));
      faultsKnownToMs = untilMs;
    }
  };
  const suffer = (fault: Fault) => {
    const { isCompressed } = mode;
    if (fault.kind === 'offline') {
      offlineUntilMs = Math.max(offlineUntilMs ?? 0, fault.untilMs);
      moveToNetwork();
    }
    if (fault.kind === 'reconnect') tasks.add(async () => device.sever('now'));
    if (fault.kind === 'lost-ack') tasks.add(async () => device.sever('before-next-answer'));
    if (fault.kind === 'battery-reset' && plan.keySeed !== null) tasks.add(() => device.loseCounter());
    if (fault.kind === 'duplicate') {
      tasks.add(async () => {
        if (isCompressed && device.isConnected) await device.drain(compressedDrainTimeoutMs);
        if (device.isConnected) await device.repeatLast();
      });
    }
  };
  const record = (pack: RawPack) => {
    const whenFull = mode.isCompressed ? 'wait' : 'drop';
    tasks.add(() => device.record(pack, whenFull));
  };

  return {
    plan,
    device,
    tasks,
    begin(atMs, newMode) {
      mode = newMode;
      nextSampleMs = firstSample(atMs, everyMs(), phase);
      recording?.skipTo(atMs);
      faults = [];
      faultsKnownToMs = atMs;
      while (nextNetworkMs() <= atMs) networkIndex++;
      moveToNetwork();
    },
    meet(toMs, world) {
      lookForFaults(toMs);
      while (nextNetworkMs() <= toMs) {
        networkIndex++;
        moveToNetwork();
      }
      if (offlineUntilMs !== null && offlineUntilMs <= toMs) {
        offlineUntilMs = null;
        moveToNetwork();
      }
      for (; nextSampleMs <= toMs; nextSampleMs += everyMs()) {
        const pack = measure(plan, nextSampleMs, world, random);
        if (pack) record(pack);
      }
      for (let row = recording?.next(toMs) ?? null; row; row = recording?.next(toMs) ?? null) {
        record(recordedPack(plan.device, deviceTime(plan.clock, row.atMs), row.valueC));
      }
      for (let fault = faults[0]; fault && fault.atMs <= toMs; fault = faults[0]) {
        faults.shift();
        suffer(fault);
      }
    },
    recover() {
      if (offlineUntilMs === null) return;
      offlineUntilMs = null;
      moveToNetwork();
    },
  };
}

/** Samples lie on a grid of their own for each device, so that a fleet does not speak in chorus. */
function firstSample(atMs: number, everyMs: number, phase: number): number {
  if (!Number.isFinite(everyMs)) return Number.POSITIVE_INFINITY;
  return Math.ceil(atMs / everyMs - phase) * everyMs + Math.floor(phase * everyMs);
}

function measure(plan: DevicePlan, atMs: number, world: World, random: Random): RawPack | null {
  if (plan.source.kind !== 'body') return null;
  const { streams, biasC, noiseC, toMs, legs } = plan.source;
  const body = world.body(plan.device);
  if (!body || (toMs !== null && atMs >= toMs)) return null;
  const values = {
    temperature: body.temperatureC + biasC + noiseC * random.normal(),
    humidity: Math.min(100, body.humidityPercent + random.normal()),
    battery: Math.max(0, 100 * (1 - (atMs - (legs[0]?.fromMs ?? atMs)) / (batteryDaysFull * 86_400_000))),
  };
  const measurements: Measurement[] = streams.map((stream) => ({ stream, value: values[stream] }));
  const shownMs = deviceTime(plan.clock, atMs);
  return plan.keySeed === null ? legacyPack(shownMs, measurements) : signedPack(plan.device, shownMs, measurements);
}
