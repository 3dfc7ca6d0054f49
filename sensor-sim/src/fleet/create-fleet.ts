import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { fromBase64Url, type SigningKey, signingKeyFromSeed } from '@hopline/protocol';
import type { BackoffOptions } from '../device/backoff.ts';
import { createDevice, type Device } from '../device/device.ts';
import type { Journal } from '../device/journal.ts';
import type { PublishOutcome } from '../device/link.ts';
import type { Misbehaviour } from '../device/misbehaviour.ts';
import type { DeviceStore } from '../device/store.ts';
import { sumTallies, type Tally } from '../device/tally.ts';
import { SimError } from '../error.ts';
import { createWorld, type World, worldStepMs } from '../physics/world.ts';
import { createRandom } from '../random/random.ts';
import { readCsv } from '../replay/csv.ts';
import { playRecording } from '../replay/recording.ts';
import type { DevicePlan, FleetPlan } from './plan.ts';
import { createRunner, type RunMode, type Runner } from './runner.ts';

export interface FleetOptions {
  /** A device's MQTT password; `undefined` where the broker asks for none. */
  readonly passwordOf: (device: string) => string | undefined;
  /** MQTT address of an edge node, as `ws://127.0.0.1:9000/sites/{gln}/{n}/mqtt`. */
  readonly urlOf: (node: string) => string;
  readonly store: DeviceStore;
  readonly journal: Journal | null;
  readonly nowMs: () => number;
  readonly inFlightWindow?: number;
  readonly backoff?: BackoffOptions;
}

export interface HistoryOptions {
  readonly fromMs: number;
  readonly toMs: number;
  /** How long the last of it may take to be acknowledged. Default: two minutes. */
  readonly drainTimeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (atMs: number, stats: FleetStats) => void;
}

export interface LiveOptions {
  /** Interval of the simulated sensors. Default: 5 s. */
  readonly everyMs?: number;
  readonly signal?: AbortSignal;
}

export interface FleetStats extends Tally {
  readonly devices: number;
  readonly connected: number;
  /** Recorded and not yet acknowledged. */
  readonly pending: number;
}

/** Devices with their world. One stretch of time is run at a time: history first, then live. */
export interface Fleet {
  readonly devices: ReadonlyMap<string, Device>;
  /**
   * Plays a stretch of past time as fast as readings are acknowledged, and waits for the last of them. Throws
   * `timed-out` with what is pending, or the signal's reason.
   */
  publishHistory(options: HistoryOptions): Promise<FleetStats>;
  /** Plays the present until the signal aborts or the fleet is stopped. */
  runLive(options?: LiveOptions): Promise<void>;
  /** Sends something wrong on purpose. Throws `bad-argument` for a device that is not known or cannot sign. */
  misbehave(kind: Misbehaviour, device: string): Promise<PublishOutcome>;
  /** Waits until everything recorded is acknowledged; `false` when that takes longer. */
  drain(timeoutMs: number): Promise<boolean>;
  /** Ends all connections and remembers what is undelivered. The store and the journal stay open: they are the caller's. */
  stop(): Promise<void>;
  stats(): FleetStats;
}

const defaultDrainTimeoutMs = 120_000;
const defaultLiveEveryMs = 5_000;
const liveTickMs = 250;
const progressEverySteps = 60;
const stepsAtOnce = 10;
/** Readings and moves of one device that may wait to be done. */
const maxTasksWaiting = 2_000;
/** What a stretch may lie behind the world's time: a pause of the machine, say. Beyond it the world is made anew. */
const maxCatchUpMs = 3_600_000;

/** Makes the devices of a plan. Nothing is connected before a run begins. Throws `csv-malformed`, `store-corrupt` … */
export async function createFleet(plan: FleetPlan, options: FleetOptions): Promise<Fleet> {
  const runners = await Promise.all(plan.devices.map((device) => createDeviceRunner(plan, device, options)));
  const devices = new Map(runners.map(({ plan: { device: urn }, device }) => [urn, device]));
  const stopping = new AbortController();
  let world: World | null = null;

  const worldAt = (atMs: number): World => {
    if (!world || world.nowMs > atMs || world.nowMs < atMs - maxCatchUpMs) world = createWorld(worldPlan(plan), atMs);
    return world;
  };
  const stats = (): FleetStats => ({
    ...sumTallies(runners.map(({ device }) => device.tally)),
    devices: runners.length,
    connected: runners.filter(({ device }) => device.isConnected).length,
    pending: runners.reduce((sum, { device }) => sum + device.pending, 0),
  });
  const begin = (atMs: number, mode: RunMode) => {
    for (const runner of runners) runner.begin(atMs, mode);
  };
  const advance = (current: World, toMs: number) => {
    current.advance(toMs);
    for (const runner of runners) runner.meet(toMs, current);
  };
  const settled = () => Promise.all(runners.map(({ tasks }) => tasks.settled()));
  const drain = async (timeoutMs: number) => {
    const drained = await Promise.all(runners.map(({ device }) => device.drain(timeoutMs)));
    return drained.every(Boolean);
  };
  const anySignal = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;

  return {
    devices,
    stats,
    drain,
    async publishHistory({ fromMs, toMs, drainTimeoutMs = defaultDrainTimeoutMs, signal, onProgress }) {
      const either = anySignal(signal);
      const current = worldAt(fromMs);
      begin(fromMs, { isCompressed: true, everyMs: null });
      for (let step = 1, atMs = fromMs; atMs < toMs; step++) {
        either.throwIfAborted();
        atMs = Math.min(toMs, fromMs + step * worldStepMs);
        advance(current, atMs);
        // The devices work while the world waits: now and then, and when one of them has too much before it.
        if (step % stepsAtOnce === 0) await nextTurn();
        for (const { tasks } of runners) if (tasks.size > maxTasksWaiting) await tasks.settled();
        if (step % progressEverySteps === 0) onProgress?.(atMs, stats());
      }
      for (const runner of runners) runner.recover();
      await orAborted(settled(), either);
      if (!(await drain(drainTimeoutMs))) {
        const { pending, connected } = stats();
        const failure = runners.map(({ device }) => device.lastFailure).find((each) => each !== null) ?? null;
        const why = failure ? ` (${failure})` : '';
        throw new SimError('timed-out', `${pending} readings are not acknowledged${why}`, { pending, connected });
      }
      onProgress?.(toMs, stats());
      return stats();
    },
    async runLive({ everyMs = defaultLiveEveryMs, signal } = {}) {
      const either = anySignal(signal);
      begin(options.nowMs(), { isCompressed: false, everyMs });
      while (!either.aborted && !runners.some(({ tasks }) => tasks.hasFailed)) {
        const nowMs = options.nowMs();
        advance(worldAt(nowMs), nowMs);
        await sleep(liveTickMs, undefined, { signal: either }).catch(() => undefined);
      }
      if (!either.aborted) await settled();
    },
    async misbehave(kind, urn) {
      const device = devices.get(urn);
      if (!device) throw new SimError('bad-argument', `no device of the fleet is ${urn}`, { device: urn });
      return device.misbehave(kind);
    },
    async stop() {
      stopping.abort(new SimError('stopped', 'the fleet was stopped'));
      for (const { tasks } of runners) tasks.close();
      await Promise.all(runners.map(({ device }) => device.stop()));
    },
  };
}

/** Waits for a promise, but not longer than until the signal aborts; then throws its reason. */
async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The key of a planned device; `null` for one that cannot sign. */
export async function keyOf(plan: DevicePlan): Promise<SigningKey | null> {
  return plan.keySeed === null ? null : (await signingKeyFromSeed(fromBase64Url(plan.keySeed))).key;
}

async function createDeviceRunner(plan: FleetPlan, device: DevicePlan, options: FleetOptions): Promise<Runner> {
  const made = await createDevice({
    device: device.device,
    channel: plan.channel,
    key: await keyOf(device),
    password: options.passwordOf(device.device),
    protocolVersion: device.protocolVersion,
    urlOf: options.urlOf,
    store: options.store,
    journal: options.journal,
    nowMs: options.nowMs,
    random: createRandom(plan.seed, 'device', device.device),
    inFlightWindow: options.inFlightWindow,
    backoff: options.backoff,
  });
  if (device.source.kind !== 'csv') return createRunner(device, made, plan.seed, null);
  const { file, unit, endAtMs, repeat } = device.source;
  const recording = playRecording(await readCsv(file, unit), { endAtMs, repeat });
  return createRunner(device, made, plan.seed, recording);
}

function worldPlan(plan: FleetPlan) {
  const bodies = plan.devices.flatMap(({ device, source }) =>
    source.kind === 'body' ? [{ id: device, timeConstantMs: source.timeConstantMs, legs: source.legs }] : [],
  );
  return { seed: plan.seed, weather: plan.weather, places: plan.places, bodies };
}
