export { createDevice, Device, type DeviceOptions } from './device/device.ts';
export {
  type Journal,
  type JournalDurability,
  type JournalLine,
  openJournal,
  payloadDigest,
} from './device/journal.ts';
export type { PublishOutcome } from './device/link.ts';
export { type Misbehaviour, misbehaviours } from './device/misbehaviour.ts';
export { createMemoryStore, type DeviceMemory, type DeviceStore, openFileStore } from './device/store.ts';
export { sumTallies, type Tally, totalOf } from './device/tally.ts';
export { SimError, type SimErrorCode } from './error.ts';
export {
  createFleet,
  type Fleet,
  type FleetOptions,
  type FleetStats,
  type HistoryOptions,
  keyOf,
  type LiveOptions,
} from './fleet/create-fleet.ts';
export {
  type DemoFleetOptions,
  type DemoPallet,
  demoFleetPlan,
  ordinaryFaults,
  trackerUrn,
} from './fleet/demo-plan.ts';
export { type DevicePlan, deviceRecord, type FaultRates, type FleetPlan, fleetPlanSchema } from './fleet/plan.ts';
export { createRandom, type Random } from './random/random.ts';
