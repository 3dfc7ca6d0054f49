import {
  assignmentSchema,
  calibrationSchema,
  type Device,
  deviceUrnSchema,
  glnSchema,
  nodeIdSchema,
  ruleSchema,
} from '@hopline/protocol';
import { z } from 'zod';
import type { PlacePlan } from '../physics/world.ts';

export const maxDevicesPerFleet = 20_000;
const timeSchema = z.number().min(0);

const weatherSchema = z.strictObject({
  meanC: z.number(),
  dailySwingC: z.number(),
  warmestHourUtc: z.number(),
  disturbanceC: z.number(),
  dewPointC: z.number(),
});

const rateSchema = z.number().min(0);
const placeSchema: z.ZodType<PlacePlan> = z.strictObject({
  id: z.string().min(1),
  surroundings: z.string().min(1),
  design: z.strictObject({
    setPointC: z.number(),
    hysteresisC: rateSchema,
    coolingCPerHour: rateSchema,
    heatingCPerHour: rateSchema,
    leakPerHour: rateSchema,
    doorPerHour: rateSchema,
    moistureGramsPerM3PerHour: rateSchema,
  }),
  door: z
    .strictObject({
      openingsPerHour: z.number().min(0).max(60),
      fromHourUtc: z.number().min(0).max(24),
      toHourUtc: z.number().min(0).max(24),
      meanOpenMs: z.number().positive(),
    })
    .nullable(),
});

/** How often a device's day goes wrong, per day; `offlineMeanMs` is how long it is then without a network. */
export const faultRatesSchema = z.strictObject({
  reconnects: rateSchema,
  lostAcks: rateSchema,
  duplicates: rateSchema,
  offline: rateSchema,
  offlineMeanMs: z.number().positive(),
  batteryResets: rateSchema,
});
export type FaultRates = z.infer<typeof faultRatesSchema>;

/** A sensor in the simulated world. `toMs`: when it stops to record (a tracker that is taken off its pallet). */
const bodySourceSchema = z.strictObject({
  kind: z.literal('body'),
  timeConstantMs: z.number().positive(),
  legs: z.array(z.strictObject({ fromMs: timeSchema, place: z.string().min(1) })).min(1),
  toMs: timeSchema.nullable(),
  everyMs: z.number().min(1000),
  streams: z.array(z.enum(['temperature', 'humidity', 'battery'])).min(1),
  /** Calibration error, and deviation of a single measurement. */
  biasC: z.number(),
  noiseC: rateSchema,
});

/** A recording of a real sensor. */
const csvSourceSchema = z.strictObject({
  kind: z.literal('csv'),
  file: z.string().min(1),
  unit: z.enum(['fahrenheit', 'celsius']),
  endAtMs: timeSchema.nullable(),
  repeat: z.boolean(),
});

export const devicePlanSchema = z.strictObject({
  device: deviceUrnSchema,
  kind: z.enum(['probe', 'tracker', 'legacy', 'replay']),
  model: z.string().max(100),
  /** Seed of its key, 32 bytes in base64url; `null` for a device that cannot sign. */
  keySeed: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/)
    .nullable(),
  protocolVersion: z.union([z.literal(4), z.literal(5)]),
  source: z.discriminatedUnion('kind', [bodySourceSchema, csvSourceSchema]),
  clock: z.strictObject({ offsetMs: z.number(), driftPpm: z.number(), sinceMs: timeSchema }),
  /** Which edge node it reaches from a time on; `null`: none. Before the first entry: none. */
  network: z.array(z.strictObject({ fromMs: timeSchema, node: nodeIdSchema.nullable() })).min(1),
  faults: faultRatesSchema.nullable(),
  /** What the registry is told about it. */
  place: glnSchema.nullable(),
  epc: z.string().max(200).nullable(),
  assignments: z.array(assignmentSchema).min(1),
  rules: z.array(ruleSchema),
  calibration: calibrationSchema.nullable(),
  validFromMs: timeSchema,
});
export type DevicePlan = z.infer<typeof devicePlanSchema>;

/** A fleet and the world that it measures. Everything that will happen follows from it, but for the network's answers. */
export const fleetPlanSchema = z.strictObject({
  format: z.literal(1),
  seed: z.int(),
  channel: z.string().min(1),
  weather: weatherSchema,
  places: z.array(placeSchema),
  devices: z.array(devicePlanSchema).min(1).max(maxDevicesPerFleet),
});
export type FleetPlan = z.infer<typeof fleetPlanSchema>;

/** The registry's record of a planned device. `publicKey`: 32 bytes in base64url, `null` for one that cannot sign. */
export function deviceRecord(plan: DevicePlan, mspId: string, publicKey: string | null): Device {
  return {
    device: plan.device,
    mspId,
    publicKey,
    kind: plan.kind,
    model: plan.model,
    place: plan.place,
    epc: plan.epc,
    assignments: plan.assignments,
    rules: plan.rules,
    calibration: plan.calibration,
    validFromMs: plan.validFromMs,
    validToMs: null,
  };
}
