import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { channelName, type Rule } from '@hopline/protocol';
import { SimError } from '../error.ts';
import {
  coldStore,
  dock,
  palletTimeConstantMs,
  probeTimeConstantMs,
  truckBox,
  warehouseDoor,
} from '../physics/designs.ts';
import { mildWeather } from '../physics/weather.ts';
import { outside, type PlacePlan } from '../physics/world.ts';
import { createRandom } from '../random/random.ts';
import type { DevicePlan, FaultRates, FleetPlan } from './plan.ts';

/** A pallet on its way from the packhouse to a warehouse, with the tracker that travels on it. Times in ms since 1970. */
export interface DemoPallet {
  /** Part of the tracker's URN: letters, digits, dots and hyphens. */
  readonly trackerSerial: string;
  /** The tracker as an asset (Digital Link), by which association events name it. */
  readonly trackerEpc: string | null;
  readonly warehouse: string;
  readonly loadMs: number;
  readonly shipMs: number;
  readonly receiveMs: number;
  readonly unloadMs: number;
  /** How long it stands on the warm dock before it is taken in. */
  readonly dockMs: number;
}

export interface DemoFleetOptions {
  readonly seed: number;
  readonly channel?: string;
  /** The history to be told: `spanMs` up to `endMs`. */
  readonly endMs: number;
  readonly spanMs: number;
  /** Where probes are, and the edge node (`{gln}/{n}`) that takes their readings. */
  readonly warehouses: readonly { readonly gln: string; readonly node: string }[];
  readonly pallets: readonly DemoPallet[];
  readonly devices: number;
  /** The history gives at least this many readings. */
  readonly readings: number;
  readonly probeRules?: readonly Rule[];
  readonly trackerRules?: readonly Rule[];
  /** Recordings to replay. Default: the two in `data/sensors`. */
  readonly recordings?: readonly string[];
  /** `null`: nothing goes wrong. */
  readonly faults?: FaultRates | null;
}

/** Every few hours something happens to some device, and all of it is bridged. */
export const ordinaryFaults: FaultRates = {
  reconnects: 0.6,
  lostAcks: 0.4,
  duplicates: 0.25,
  offline: 0.2,
  offlineMeanMs: 20 * 60_000,
  batteryResets: 0.04,
};

export const minProbesPerWarehouse = 9;
const dayMs = 86_400_000;
const coldZones = ['cold-a', 'cold-b', 'cold-c'] as const;
/** So that an excursion of half an hour shows in more than one reading. */
const maxIntervalMs = 20 * 60_000;
const minIntervalMs = 1000;
/** IANA's enterprise number for examples (RFC 5612): none of these devices is a real company's. */
const exampleEnterprise = 32473;
const recordingFiles = ['ambient_temperature_system_failure.csv', 'machine_temperature_system_failure.csv'];

/**
 * Plans the demo's fleet: in each warehouse probes in three cold zones and one on the dock, a tracker a pallet, one
 * legacy sensor and the recordings. Keys follow from the seed: fit for a demo only. Throws `bad-plan` where the number of
 * devices or of readings cannot be had.
 */
export function demoFleetPlan(options: DemoFleetOptions): FleetPlan {
  const recordings = options.recordings ?? defaultRecordings();
  const probes = options.devices - options.pallets.length - recordings.length - 1;
  const leastProbes = minProbesPerWarehouse * options.warehouses.length;
  if (options.warehouses.length === 0) throw new SimError('bad-plan', 'the fleet needs a warehouse');
  if (probes < leastProbes) {
    const least = options.devices - probes + leastProbes;
    throw new SimError('bad-plan', `this story needs at least ${least} devices, not ${options.devices}`, { least });
  }
  const devices = [
    ...options.warehouses.flatMap((warehouse, index) => planProbes(options, warehouse, share(probes, options, index))),
    ...options.pallets.map((pallet) => planTracker(options, pallet)),
    planLegacy(options),
    ...recordings.map((file, index) => planReplay(options, file, index)),
  ];
  return {
    format: 1,
    seed: options.seed,
    channel: options.channel ?? channelName,
    weather: mildWeather,
    places: planPlaces(options),
    devices: withIntervals(devices, options),
  };
}

/** The tracker's URN of a pallet. */
export function trackerUrn(serial: string): string {
  return `urn:dev:ops:${exampleEnterprise}-tracker-${serial}`;
}

function share(probes: number, { warehouses }: DemoFleetOptions, index: number): number {
  return Math.floor(probes / warehouses.length) + (index < probes % warehouses.length ? 1 : 0);
}

function planPlaces({ warehouses }: DemoFleetOptions): PlacePlan[] {
  return [
    { id: 'packhouse', surroundings: outside, design: coldStore, door: warehouseDoor },
    { id: 'truck', surroundings: outside, design: truckBox, door: null },
    ...warehouses.flatMap(({ gln }) => [
      { id: `${gln}/dock`, surroundings: outside, design: dock, door: warehouseDoor },
      ...coldZones.map((zone) => ({
        id: `${gln}/${zone}`,
        surroundings: `${gln}/dock`,
        design: coldStore,
        door: warehouseDoor,
      })),
    ]),
  ];
}

function planProbes(options: DemoFleetOptions, warehouse: { gln: string; node: string }, count: number): DevicePlan[] {
  return Array.from({ length: count }, (_, index) => {
    // The last one hangs on the dock. It does not speak for the place: no goods are stored there.
    const isDock = index === count - 1;
    const zone = isDock ? 'dock' : (coldZones[index % coldZones.length] ?? coldZones[0]);
    const urn = `urn:dev:ops:${exampleEnterprise}-probe-${warehouse.gln}.${zone}.${index + 1}`;
    return {
      ...common(options, urn),
      kind: 'probe',
      model: 'Simulated cold-store probe',
      source: body(options, urn, probeTimeConstantMs, [
        { fromMs: validFromMs(options), place: `${warehouse.gln}/${zone}` },
      ]),
      network: [{ fromMs: validFromMs(options), node: warehouse.node }],
      place: isDock ? null : warehouse.gln,
      assignments: [{ node: warehouse.node, fromMs: validFromMs(options), toMs: null }],
      rules: isDock ? [] : [...(options.probeRules ?? [])],
    };
  });
}

/** Begins at loading, has no network on the road, and may deliver at any of the warehouses. */
function planTracker(options: DemoFleetOptions, pallet: DemoPallet): DevicePlan {
  const urn = trackerUrn(pallet.trackerSerial);
  const warehouse = options.warehouses.find(({ gln }) => gln === pallet.warehouse);
  if (!warehouse) throw new SimError('bad-plan', `a pallet goes to ${pallet.warehouse}, which is no warehouse here`);
  const legs = [
    { fromMs: pallet.loadMs, place: 'packhouse' },
    { fromMs: pallet.shipMs, place: 'truck' },
    ...(pallet.dockMs > 0 ? [{ fromMs: pallet.receiveMs, place: `${pallet.warehouse}/dock` }] : []),
    { fromMs: pallet.receiveMs + pallet.dockMs, place: `${pallet.warehouse}/cold-a` },
  ];
  return {
    ...common(options, urn),
    kind: 'tracker',
    model: 'Simulated pallet tracker',
    source: {
      ...body(options, urn, palletTimeConstantMs, legs),
      streams: ['temperature', 'humidity', 'battery'],
      toMs: pallet.unloadMs,
    },
    network: [{ fromMs: pallet.receiveMs, node: warehouse.node }],
    place: null,
    epc: pallet.trackerEpc,
    assignments: options.warehouses.map(({ node }) => ({ node, fromMs: validFromMs(options), toMs: null })),
    rules: [...(options.trackerRules ?? [])],
  };
}

function planLegacy(options: DemoFleetOptions): DevicePlan {
  const warehouse = first(options);
  const urn = `urn:dev:ops:${exampleEnterprise}-thermostat-${warehouse.gln}.1`;
  return {
    ...common(options, urn),
    kind: 'legacy',
    model: 'Simulated thermostat that cannot sign',
    keySeed: null,
    protocolVersion: 4,
    source: {
      ...body(options, urn, probeTimeConstantMs, [{ fromMs: validFromMs(options), place: `${warehouse.gln}/cold-b` }]),
      streams: ['temperature'],
    },
    network: [{ fromMs: validFromMs(options), node: warehouse.node }],
    place: warehouse.gln,
    assignments: [{ node: warehouse.node, fromMs: validFromMs(options), toMs: null }],
    rules: [],
    calibration: null,
  };
}

/** A recording says nothing about the lettuce: it belongs to no place of the story. */
function planReplay(options: DemoFleetOptions, file: string, index: number): DevicePlan {
  const { node } = options.warehouses[index % options.warehouses.length] ?? first(options);
  const urn = `urn:dev:ops:${exampleEnterprise}-replay-${index + 1}`;
  return {
    ...common(options, urn),
    kind: 'replay',
    model: 'Recording of a real sensor',
    source: { kind: 'csv', file, unit: 'fahrenheit', endAtMs: options.endMs, repeat: true },
    clock: { offsetMs: 0, driftPpm: 0, sinceMs: 0 },
    network: [{ fromMs: validFromMs(options), node }],
    place: null,
    assignments: [{ node, fromMs: validFromMs(options), toMs: null }],
    rules: [],
    calibration: null,
  };
}

function common(options: DemoFleetOptions, urn: string) {
  const random = createRandom(options.seed, 'device-plan', urn);
  const sinceMs = options.endMs - options.spanMs;
  return {
    device: urn,
    keySeed: createHash('sha256').update(`hopline demo key/${options.seed}/${urn}`).digest('base64url'),
    protocolVersion: 5 as const,
    // Up to two seconds off to begin with, and quartzes of 20 ppm.
    clock: { offsetMs: Math.round(4000 * random.uniform() - 2000), driftPpm: 20 * random.normal(), sinceMs },
    faults: options.faults === undefined ? ordinaryFaults : options.faults,
    epc: null,
    calibration: {
      atMs: sinceMs - 30 * dayMs,
      dueMs: sinceMs + 335 * dayMs,
      certificate: `CAL-${urn.slice(-12)}`,
    },
    validFromMs: validFromMs(options),
  };
}

function body(
  options: DemoFleetOptions,
  urn: string,
  timeConstantMs: number,
  legs: readonly { fromMs: number; place: string }[],
) {
  const random = createRandom(options.seed, 'sensor', urn);
  return {
    kind: 'body' as const,
    timeConstantMs,
    legs: [...legs],
    toMs: null,
    everyMs: maxIntervalMs,
    streams: ['temperature' as const, 'humidity' as const],
    biasC: 0.1 * random.normal(),
    noiseC: 0.05,
  };
}

/** Before the history, so that readings from its first minute count, clocks that are slow included. */
function validFromMs({ endMs, spanMs }: DemoFleetOptions): number {
  return endMs - spanMs - dayMs;
}

function first({ warehouses }: DemoFleetOptions) {
  const [warehouse] = warehouses;
  if (!warehouse) throw new SimError('bad-plan', 'the fleet needs a warehouse');
  return warehouse;
}

/** One interval for all simulated sensors, short enough for the readings that are asked for. Recordings come on top. */
function withIntervals(devices: DevicePlan[], options: DemoFleetOptions): DevicePlan[] {
  const sources = devices.flatMap(({ source }) => (source.kind === 'body' ? [source] : []));
  const activeMs = sources.reduce((sum, { legs, toMs }) => {
    const fromMs = Math.max(options.endMs - options.spanMs, legs[0]?.fromMs ?? 0);
    return sum + Math.max(0, Math.min(options.endMs, toMs ?? options.endMs) - fromMs);
  }, 0);
  // Each sensor's grid may cost it one reading at either end.
  const everyMs = Math.min(maxIntervalMs, Math.floor(activeMs / (options.readings + 2 * sources.length)));
  if (everyMs < minIntervalMs) {
    throw new SimError('bad-plan', `${options.readings} readings are more than these sensors take in that time`, {
      readings: options.readings,
    });
  }
  return devices.map((device) =>
    device.source.kind === 'body' ? { ...device, source: { ...device.source, everyMs } } : device,
  );
}

function defaultRecordings(): string[] {
  const folder = new URL('../../../data/sensors/', import.meta.url);
  return recordingFiles.map((file) => fileURLToPath(new URL(file, folder)));
}
