import { type Device, type DeviceSummary, signEnrolment, signingKeyFromSeed, toBase64Url } from '@hopline/protocol';
import { escapeSegment } from '@hopline/protocol/gs1';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { productionSteps } from '../../infra/story/events.ts';
import { lotLink, unitLink } from '../../infra/story/keys.ts';
import { coldChain, organisations, places, products, sites } from '../../infra/story/network.ts';
import { caseGtin, fieldGtin, planProduction } from '../../infra/story/production.ts';
import { lotSchema, publicLotSchema } from '../../ledger-gateway/src/query/lot.ts';
import { exposureSchema } from '../../ledger-gateway/src/query/trace/exposure.ts';
import { traceSchema } from '../../ledger-gateway/src/query/trace.ts';
import { unitSchema } from '../../ledger-gateway/src/query/unit.ts';
import { startPostgres } from '../../ledger-gateway/src/testing/postgres-server.ts';
import { EdgeNode } from './edge-node.ts';
import { apiOf, mspIds, type Network, type OrganisationName, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/**
 * The lettuce of one day, from two fields to six stores, captured by three organisations through their own gateways, and
 * read from one of them.
 */
const intervalMs = 300_000;
const endMs = Math.floor(Date.now() / intervalMs) * intervalMs;
const production = planProduction(0, endMs);
const { times } = production;
const warmPallet = production.pallets[1];
const [firstField] = production.fieldLots;
const [firstCaseLot] = production.caseLots;
const [warehouse] = places.warehouses;
const probe = 'urn:dev:mac:0024befffe804ff1';
const tracker = 'urn:dev:mac:0024befffe804ff2';

const postgres = await startPostgres();
if ('reason' in postgres) console.warn(`asked on PGlite only: ${postgres.reason}`);

let network: Network;
let gateways: Record<OrganisationName, RunningGateway>;

beforeAll(async () => {
  if (!warmPallet || !firstField || !firstCaseLot || !warehouse) throw new Error('the story has changed');
  network = await startNetwork();
  const [growers, freshHub] = await Promise.all([
    network.start('growers', { organisation: { name: organisations.growers.name } }),
    network.start('freshHub', { organisation: { name: organisations.freshHub.name } }),
  ]);
  // The retailer's gateway is on a PostgreSQL server, where this machine has one, and has a peer from the beginning.
  const retail = await network.start('retail', {
    organisation: { name: organisations.retail.name },
    peers: [await peerOf(freshHub)],
    ...('reason' in postgres ? {} : { databaseUrl: await postgres.createDatabase() }),
  });
  gateways = { growers, freshHub, retail };
  for (const { gln, mspId, ...site } of sites) await ownerOf(mspId).api.send('PUT', `/api/sites/${gln}`, site);
  for (const { gtin, mspId, ...product } of Object.values(products)) {
    await ownerOf(mspId).api.send('PUT', `/api/products/${gtin}`, product);
  }
  const edge = await EdgeNode.enrol(freshHub, mspIds.freshHub, `${warehouse}/0`, times.pack);
  await enrol(1, { device: probe, kind: 'probe', place: warehouse, epc: null });
  await enrol(2, { device: tracker, kind: 'tracker', place: null, epc: warmPallet.tracker.link });
  for (const step of productionSteps(production)) {
    await gateways[step.by].api.send('POST', '/api/capture', {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: new Date(step.atMs).toISOString(),
      epcisBody: { eventList: step.events },
    });
  }
  const warmFromMs = Math.ceil(times.palletShip / intervalMs) * intervalMs + 2 * intervalMs;
  const response = await edge.upload([
    await edge.seal({
      sealedAtMs: endMs,
      fromMs: times.pack,
      toMs: endMs,
      size: 10,
      devices: [figures(probe, times.warehouseReceive, 24, 3_000), figures(tracker, warmFromMs, 12, 9_000)],
      excursions: [
        {
          device: tracker,
          stream: 'temperature',
          rule: coldChain.id,
          fromMs: warmFromMs,
          toMs: warmFromMs + 12 * intervalMs,
          peak: 9_400,
        },
      ],
    }),
  ]);
  expect(response.status).toBe(200);
  await caughtUp();
});

afterAll(async () => {
  await network?.stop();
  if (!('reason' in postgres)) await postgres.stop();
});

describe('a case lot', () => {
  test('has its hops from the packhouse to the stores, each proven by an event and a transaction', async () => {
    const lot = await readLot(gateways.freshHub, caseGtin, firstCaseLot ?? '');
    expect(lot).toMatchObject({ product: { name: products.caseLettuce.name }, origin: 'network', stale: false });
    const [packhouse, ...others] = lot.hops;
    expect(packhouse).toMatchObject({
      place: { gln: places.packhouse, custodian: mspIds.freshHub },
      arrivalMs: times.pack,
      departureMs: times.palletShip,
    });
    expect(new Set(others.map((hop) => hop.place.gln))).toEqual(new Set([...places.warehouses, ...places.stores]));
    expect(lot.hops.filter((hop) => hop.departureMs === null).map((hop) => hop.place.kind)).toEqual(
      places.stores.map(() => 'store'),
    );
    for (const hop of lot.hops) {
      expect(hop.arrived).toMatchObject({ transactionId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    }
  });

  test('is held by the stores, and the sum of what they hold is what was packed', async () => {
    const lot = await readLot(gateways.retail, caseGtin, firstCaseLot ?? '');
    expect(lot.holdings.map((holding) => holding.custodian)).toEqual(places.stores.map(() => mspIds.retail));
    expect(lot.holdings.reduce((sum, { quantity }) => sum + Number(quantity.amount), 0)).toBe(80);
  });

  test('without credentials shows its public fields and nothing else', async () => {
    const answer = await apiOf(gateways.retail.url, null).get(lotPath(caseGtin, firstCaseLot ?? ''));
    expect(publicLotSchema.strict().parse(answer)).toMatchObject({ lot: firstCaseLot, stale: false });
    expect(JSON.stringify(answer)).not.toContain(places.packhouse);
  });

  test('shows anybody as many excursions as there are, and the same path', async () => {
    const warm = warmPallet?.lots[0] ?? '';
    const full = await readLot(gateways.freshHub, caseGtin, warm);
    const open = publicLotSchema.parse(await apiOf(gateways.freshHub.url, null).get(lotPath(caseGtin, warm)));
    const { disposition, firstMs, lastMs } = full;
    expect(open).toMatchObject({ disposition, firstMs, lastMs, excursions: { certain: 2, possible: 0 } });
    expect(open.hops.map((hop) => hop.transactionId)).toEqual(full.hops.map((hop) => hop.arrived?.transactionId));
    expect(full.conditions.excursions).toHaveLength(2);
  });
});

describe('conditions', () => {
  test('are those of the places and units that a lot was in, for the time it was there', async () => {
    const onWarmPallet = warmPallet?.lots[0] ?? '';
    const lot = await readLot(gateways.freshHub, caseGtin, onWarmPallet);
    const stays = lot.conditions.stays.filter((stay) => stay.streams.length > 0);
    const inWarehouse = stays.find((stay) => stay.place?.gln === warehouse);
    expect(inWarehouse?.streams).toMatchObject([{ device: probe, stream: 'temperature', max: 3_100, min: 2_900 }]);
    const onPallet = stays.find((stay) => stay.unit === unitLink(warmPallet?.sscc ?? ''));
    expect(onPallet?.streams).toMatchObject([{ device: tracker, assurance: 'device-signed', max: 9_100 }]);
  });

  test('an excursion of the pallet is one of the lots that were on it, and of no other', async () => {
    const warm = await readLot(gateways.freshHub, caseGtin, warmPallet?.lots[0] ?? '');
    expect(warm.conditions.excursions).toMatchObject([
      { source: 'limits', device: tracker, certainty: 'certain', peak: 9_100 },
      { source: 'edge', device: tracker, certainty: 'certain', peak: 9_400 },
    ]);
    const cold = await readLot(gateways.freshHub, caseGtin, production.pallets[0]?.lots[0] ?? '');
    expect(cold.conditions.excursions).toEqual([]);
  });

  test('exposed are the lots on the pallet while its tracker was too warm, asked by device or by excursion', async () => {
    const { conditions } = await readLot(gateways.freshHub, caseGtin, warmPallet?.lots[0] ?? '');
    const warm = conditions.excursions.find(({ source }) => source === 'edge');
    const ask = async (query: Record<string, string>) =>
      exposureSchema.parse(await gateways.freshHub.api.get(`/api/exposure?${new URLSearchParams(query)}`));
    const byDevice = await ask({ device: tracker, fromMs: String(warm?.fromMs), toMs: String(warm?.toMs) });
    const onPallet = new Set(warmPallet?.lots.map((lot) => lotLink(caseGtin, lot)));
    expect(new Set(byDevice.lots.map(({ id }) => id))).toEqual(onPallet);
    const byExcursion = await ask({ node: `${warehouse}/0`, sequence: '0', position: '0', further: 'true' });
    expect(byExcursion.excursion).toMatchObject({ device: tracker, peak: 9_400 });
    expect(byExcursion.lots).toEqual(byDevice.lots);
    expect(byExcursion.further?.affected.map(({ id }) => id).sort()).toEqual([...onPallet].sort());
    // A device that is fixed at a place speaks for what lies there.
    const fixed = await ask({ device: probe, fromMs: String(times.pack), toMs: String(endMs) });
    expect(fixed.where).toEqual([{ place: warehouse, unit: null, fromMs: times.pack, toMs: endMs }]);
    expect(fixed.lots.length).toBeGreaterThan(0);
    await expect(ask({ device: 'urn:dev:mac:0024befffe804fff', fromMs: '0', toMs: '1' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  test('a gateway that has no summary says that it is missing, until a peer gives it', async () => {
    const before = await readLot(gateways.growers, caseGtin, warmPallet?.lots[0] ?? '');
    expect(before.conditions).toMatchObject({ missingSummaries: 1 });
    expect(before.conditions.stays.flatMap((stay) => stay.streams)).toEqual([]);
    await gateways.growers.stop();
    const peers = [await peerOf(gateways.freshHub)];
    gateways.growers = await network.start('growers', { organisation: { name: organisations.growers.name }, peers });
    await expect
      .poll(async () => (await readLot(gateways.growers, caseGtin, warmPallet?.lots[0] ?? '')).conditions, {
        timeout: 20_000,
      })
      .toMatchObject({ missingSummaries: 0, excursions: [{ source: 'limits' }, { source: 'edge' }] });
  });
});

describe('trace', () => {
  test('back from a case lot reaches its field lots', async () => {
    const trace = await readTrace(caseGtin, firstCaseLot ?? '', 'back');
    expect(new Set(trace.lots)).toEqual(new Set(production.fieldLots.map(({ lot }) => lotLink(fieldGtin, lot))));
    const fields = trace.nodes.filter((node) => node.kind === 'place').map((node) => node.id);
    expect(fields).toEqual(expect.arrayContaining([...places.fields]));
  });

  test('forward from a field lot reaches every case lot and every store', async () => {
    const trace = await readTrace(fieldGtin, firstField?.lot ?? '', 'forward');
    expect(new Set(trace.lots)).toEqual(new Set(production.caseLots.map((lot) => lotLink(caseGtin, lot))));
    const reached = trace.nodes.map((node) => node.id);
    expect(reached).toEqual(expect.arrayContaining([...places.stores]));
    for (const edge of trace.edges) expect(edge.transactionId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('does not touch what merely travelled along', async () => {
    expect((await readTrace(caseGtin, firstCaseLot ?? '', 'forward')).lots).toEqual([]);
  });

  test('from a unit takes in what was inside, and lists it', async () => {
    const sscc = warmPallet?.sscc ?? '';
    const unit = unitSchema.parse(await gateways.freshHub.api.get(`/api/units/${sscc}`));
    expect(new Set(unit.contents.map((content) => content.item))).toEqual(
      new Set(warmPallet?.lots.map((lot) => lotLink(caseGtin, lot))),
    );
    expect(unit.trackers).toMatchObject([{ device: tracker }]);
    expect(unit.conditions.excursions.map((excursion) => excursion.device)).toContain(tracker);
    const back = traceSchema.parse(await gateways.freshHub.api.get(`/api/units/${sscc}/trace?direction=back`));
    expect(back.lots).toEqual(expect.arrayContaining(production.fieldLots.map(({ lot }) => lotLink(fieldGtin, lot))));
  });
});

test('the find box knows a lot by its number alone, a GTIN, an SSCC, a GLN and a Digital Link', async () => {
  const found = async (q: string) => {
    const { results } = (await gateways.freshHub.api.get(`/api/find?${new URLSearchParams({ q })}`)) as {
      results: { kind: string; id: string }[];
    };
    return results.map((result) => `${result.kind} ${result.id}`);
  };
  const fieldLot = firstField?.lot ?? '';
  const link = lotLink(fieldGtin, fieldLot);
  expect(await found(fieldLot)).toEqual([`lot ${link}`]);
  expect(await found(link)).toEqual([`lot ${link}`]);
  expect(await found(fieldGtin)).toEqual(expect.arrayContaining([`lot ${link}`]));
  expect(await found(warmPallet?.sscc ?? '')).toEqual([`unit ${unitLink(warmPallet?.sscc ?? '')}`]);
  expect(await found(warehouse ?? '')).toEqual([expect.stringMatching(/^site /)]);
});

test('a shortage on arrival is a discrepancy of the lot', async () => {
  const lot = await readLot(gateways.growers, fieldGtin, production.fieldLots[1]?.lot ?? '');
  expect(lot.discrepancies).toMatchObject([{ kind: 'short', sent: '500', received: '498' }]);
  expect(lot.transits).toMatchObject([{ receivedMs: times.packhouseReceive, outstanding: { amount: '2' } }]);
});

test('capturing a step again changes nothing and says so', async () => {
  const [harvest] = productionSteps(production);
  const before = await readLot(gateways.growers, fieldGtin, firstField?.lot ?? '');
  const again = await gateways.growers.api.send('POST', '/api/capture', harvest?.events);
  expect(again).toMatchObject({ events: [{ outcome: 'duplicate' }, { outcome: 'duplicate' }] });
  const after = await readLot(gateways.growers, fieldGtin, firstField?.lot ?? '');
  expect({ ...after, asOf: null }).toEqual({ ...before, asOf: null });
});

test('gateways on different databases give the same answers', async () => {
  const sscc = warmPallet?.sscc ?? '';
  await expect
    .poll(async () => (await gateways.retail.api.get('/api/overview')).counts, { timeout: 20_000 })
    .toMatchObject({ missingSummaries: 0 });
  for (const path of [
    lotPath(caseGtin, warmPallet?.lots[0] ?? ''),
    lotPath(fieldGtin, firstField?.lot ?? ''),
    `${lotPath(fieldGtin, firstField?.lot ?? '')}/trace?direction=both`,
    `/api/units/${sscc}`,
    `/api/units/${sscc}/trace?direction=forward`,
    '/api/sites',
    '/api/batches?limit=5',
    `/api/batches?node=${warehouse}/0&before=999999:9999999999999/0:9`,
    `/api/find?q=${caseGtin}`,
  ]) {
    // The time that a walk took, and the moment up to which a stay that still lasts is counted, are each gateway's own.
    const own = (key: string, value: unknown) => (['asOf', 'ms', 'toMs'].includes(key) ? undefined : value);
    const [one, two] = await Promise.all(
      [gateways.freshHub, gateways.retail].map(async ({ api }) => JSON.parse(JSON.stringify(await api.get(path), own))),
    );
    expect(two, path).toEqual(one);
  }
});

/** What another gateway needs to ask this one for summaries. */
async function peerOf(gateway: RunningGateway) {
  const { key } = await gateway.api.send('POST', '/api/keys', { name: 'another gateway', roles: ['peer'] });
  return { mspId: mspIds.freshHub, url: gateway.url, key: String(key) };
}

function ownerOf(mspId: string): RunningGateway {
  const name = (Object.keys(mspIds) as OrganisationName[]).find((each) => mspIds[each] === mspId);
  if (!name) throw new Error(`nobody is ${mspId}`);
  return gateways[name];
}

async function readLot(gateway: RunningGateway, gtin: string, lot: string) {
  return lotSchema.parse(await gateway.api.get(lotPath(gtin, lot)));
}

async function readTrace(gtin: string, lot: string, direction: string) {
  return traceSchema.parse(await gateways.freshHub.api.get(`${lotPath(gtin, lot)}/trace?direction=${direction}`));
}

function lotPath(gtin: string, lot: string): string {
  return `/api/lots/${gtin}/${escapeSegment(lot)}`;
}

/** Two hundredths around a temperature for some intervals. */
function figures(device: string, fromMs: number, intervals: number, milli: number): DeviceSummary {
  const start = Math.floor(fromMs / intervalMs) * intervalMs;
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
          count: 1,
          min: milli - 100,
          max: milli + 100,
          mean: milli,
        })),
      },
    ],
  };
}

async function enrol(seed: number, part: Pick<Device, 'device' | 'kind' | 'place' | 'epc'>): Promise<void> {
  const { key } = await signingKeyFromSeed(new Uint8Array(32).fill(seed));
  const { api } = gateways.freshHub;
  const { code } = (await api.send('POST', '/api/enrolment-codes', { purpose: 'device', subject: part.device })) as {
    code: string;
  };
  const proof = await signEnrolment(key, 'provenance', {
    purpose: 'device',
    subject: part.device,
    mspId: mspIds.freshHub,
    code,
  });
  const device = {
    ...part,
    publicKey: toBase64Url(key.publicKey),
    assignments: [{ node: `${warehouse}/0`, fromMs: 0, toMs: null }],
    rules: [coldChain],
    calibration: null,
    validFromMs: 0,
    validToMs: null,
  };
  await api.send('POST', '/api/devices', { proof: toBase64Url(proof), device });
}

/** Each gateway follows the ledger on its own. */
async function caughtUp(): Promise<void> {
  for (const gateway of Object.values(gateways)) {
    await vi.waitUntil(
      async () => {
        const { asOf } = (await gateway.api.get('/api/sites')) as { asOf: { height: number } };
        return asOf.height === network.ledger.height();
      },
      { timeout: 20_000, interval: 100 },
    );
  }
}
