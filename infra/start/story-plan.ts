import { maxReadingsPerBatch } from '@hopline/protocol';
import { z } from 'zod';
import { type DemoPallet, demoFleetPlan, type FleetPlan } from '../../sensor-sim/src/index.ts';
import { coldChain, places } from '../story/network.ts';
import { lotsPerProduction, type Production, planProduction, productionSpanMs } from '../story/production.ts';

/** What sizes the story. Everything that happens in it follows from these numbers. */
export const storySizeSchema = z.strictObject({
  seed: z.int(),
  /** When the story ends; it began a day and a half earlier. */
  endMs: z.int(),
  lots: z.int().min(1).max(8_000),
  devices: z.int().min(1).max(20_000),
  readings: z
    .int()
    .min(1)
    .max(100 * maxReadingsPerBatch),
});
export type StorySize = z.infer<typeof storySizeSchema>;

export interface StoryPlan {
  readonly size: StorySize;
  readonly productions: readonly Production[];
  readonly fleet: FleetPlan;
}

export const defaultStorySize = { seed: 1, lots: lotsPerProduction * 2, devices: 52, readings: 5000 } as const;

/** The edge node of a warehouse: one node a site. */
export function nodeOf(warehouse: string): string {
  return `${warehouse}/0`;
}

/**
 * Plans productions (as many as the lots need; each makes eight lots) and the fleet that watches over them. Throws an
 * Error where the devices are too few for the story's pallets and places.
 */
export function planStory(size: StorySize): StoryPlan {
  const count = Math.ceil(size.lots / lotsPerProduction);
  const productions = Array.from({ length: count }, (_, number) => planProduction(number, size.endMs));
  const fleet = demoFleetPlan({
    seed: size.seed,
    endMs: size.endMs,
    spanMs: productionSpanMs,
    warehouses: places.warehouses.map((gln) => ({ gln, node: nodeOf(gln) })),
    pallets: productions.flatMap(palletsOf),
    devices: size.devices,
    readings: size.readings,
    probeRules: [coldChain],
    trackerRules: [coldChain],
  });
  return { size, productions, fleet };
}

function palletsOf({ pallets, times }: Production): DemoPallet[] {
  return pallets.map((pallet) => ({
    trackerSerial: String(pallet.tracker.number),
    trackerEpc: pallet.tracker.link,
    warehouse: pallet.warehouse,
    loadMs: times.load,
    shipMs: times.palletShip,
    receiveMs: times.warehouseReceive,
    unloadMs: times.unload,
    dockMs: pallet.dockMs,
  }));
}
