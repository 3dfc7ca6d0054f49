import { type Device, type DeviceSummary, signEnrolment, signingKeyFromSeed, toBase64Url } from '@hopline/protocol';
import { consoleFolder } from '../../console/build.ts';
import { findPortBase } from '../../infra/start/port-plan.ts';
import { productionSteps } from '../../infra/story/events.ts';
import { coldChain, organisations, places, products, sites } from '../../infra/story/network.ts';
import { caseGtin, fieldGtin, planProduction } from '../../infra/story/production.ts';
import { type Clock, systemClock } from '../../ledger-gateway/src/clock.ts';
import { EdgeNode } from '../gateway/edge-node.ts';
import { mspIds, type Network, type OrganisationName, type RunningGateway, startNetwork } from '../gateway/network.ts';

const intervalMs = 300_000;
const probe = 'urn:dev:mac:0024befffe804ff1';
export const tracker = 'urn:dev:mac:0024befffe804ff2';

/** One day's lettuce on a dev ledger with the real chaincode, and the gateways that the pages are opened from. */
export interface StoryNetwork {
  readonly network: Network;
  /** The packer's gateway. It serves the pages. */
  gateway: RunningGateway;
  readonly edge: EdgeNode;
  /** A lot that was on the warm pallet, one that was not, and a field lot whose number holds a slash. */
  readonly warmLot: { readonly gtin: string; readonly lot: string };
  readonly coldLot: { readonly gtin: string; readonly lot: string };
  readonly fieldLot: { readonly gtin: string; readonly lot: string };
  readonly warmPallet: string;
  /** Lets the packer's gateway believe that this much time has gone by. */
  skipTime(ms: number): void;
  /** Starts the packer's gateway again, at the address that it had. */
  restart(): Promise<void>;
}

/** Tells the story: events by all three organisations, and one batch with a cool warehouse and a warm pallet. */
export async function startStoryNetwork(): Promise<StoryNetwork> {
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
  const network = await startNetwork();
  // Not one that the system hands out: it has to be free still when the gateway comes back.
  const port = await findPortBase(Math.random);
  const startPacker = () =>
    network.start('freshHub', { organisation: { name: organisations.freshHub.name }, consoleFolder, port }, { clock });
  const gateways: Record<OrganisationName, RunningGateway> = {
    growers: await network.start('growers'),
    freshHub: await startPacker(),
    retail: await network.start('retail'),
  };
  const apiOf = (mspId: string) =>
    gateways[(Object.keys(mspIds) as OrganisationName[]).find((name) => mspIds[name] === mspId) ?? 'growers'].api;
  for (const { gln, mspId, ...site } of sites) await apiOf(mspId).send('PUT', `/api/sites/${gln}`, site);
  for (const { gtin, mspId, ...product } of Object.values(products)) {
    await apiOf(mspId).send('PUT', `/api/products/${gtin}`, product);
  }

  const endMs = Math.floor(Date.now() / intervalMs) * intervalMs;
  const production = planProduction(0, endMs);
  const { times, pallets, fieldLots } = production;
  const [coldPallet, warmPallet] = pallets;
  const [warehouse] = places.warehouses;
  const warmLot = warmPallet?.lots[0];
  const coldLot = coldPallet?.lots[0];
  const fieldLot = fieldLots[1]?.lot;
  if (!warmPallet || !warmLot || !coldLot || !fieldLot || !warehouse) throw new Error('the story has changed');
  const edge = await EdgeNode.enrol(gateways.freshHub, mspIds.freshHub, `${warehouse}/0`, times.pack);
  const enrol = enrolAt(gateways.freshHub, edge.node);
  await enrol(1, { device: probe, kind: 'probe', place: warehouse, epc: null });
  await enrol(2, { device: tracker, kind: 'tracker', place: null, epc: warmPallet.tracker.link });
  for (const step of productionSteps(production)) {
    await gateways[step.by].api.send('POST', '/api/capture', step.events);
  }
  const warmFromMs = Math.ceil(times.palletShip / intervalMs) * intervalMs + 2 * intervalMs;
  const warmth = { device: tracker, stream: 'temperature', rule: coldChain.id, fromMs: warmFromMs };
  const uploaded = await edge.upload([
    await edge.seal({
      sealedAtMs: endMs,
      fromMs: times.pack,
      toMs: endMs,
      size: 10,
      devices: [figures(probe, times.warehouseReceive, 24, 3_000), figures(tracker, warmFromMs, 12, 9_000)],
      excursions: [{ ...warmth, toMs: warmFromMs + 12 * intervalMs, peak: 9_400 }],
    }),
  ]);
  if (!uploaded.ok) throw new Error(`the batch was refused: ${await uploaded.text()}`);

  const story: StoryNetwork = {
    network,
    gateway: gateways.freshHub,
    edge,
    warmLot: { gtin: caseGtin, lot: warmLot },
    coldLot: { gtin: caseGtin, lot: coldLot },
    fieldLot: { gtin: fieldGtin, lot: fieldLot },
    warmPallet: warmPallet.sscc,
    skipTime(ms) {
      aheadMs += ms;
    },
    async restart() {
      story.gateway = await startPacker();
    },
  };
  return story;
}

/** Two tenths around a temperature for some intervals. */
function figures(device: string, fromMs: number, intervals: number, milli: number): DeviceSummary {
  const start = Math.floor(fromMs / intervalMs) * intervalMs;
  const values = { count: 1, min: milli - 100, max: milli + 100, mean: milli };
  return {
    device,
    assurance: 'device-signed',
    readings: intervals,
    ranges: [{ epoch: 1, first: 0, last: intervals - 1 }],
    streams: [
      {
        stream: 'temperature',
        unit: 'Cel',
        intervals: Array.from({ length: intervals }, (_, index) => ({
          startMs: start + index * intervalMs,
          ...values,
        })),
      },
    ],
  };
}

function enrolAt(gateway: RunningGateway, node: string) {
  return async (seed: number, part: Pick<Device, 'device' | 'kind' | 'place' | 'epc'>): Promise<void> => {
    const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(seed));
    const subject = part.device;
    const asked = await gateway.api.send('POST', '/api/enrolment-codes', { purpose: 'device', subject });
    const proof = await signEnrolment(key, 'provenance', {
      purpose: 'device',
      subject,
      mspId: mspIds.freshHub,
      code: String(asked.code),
    });
    const device = {
      ...part,
      publicKey: toBase64Url(key.publicKey),
      assignments: [{ node, fromMs: 0, toMs: null }],
      rules: [coldChain],
      calibration: null,
      validFromMs: 0,
      validToMs: null,
    };
    await gateway.api.send('POST', '/api/devices', { proof: toBase64Url(proof), device });
  };
}
