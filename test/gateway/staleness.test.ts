import { escapeSegment } from '@hopline/protocol/gs1';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { productionSteps } from '../../infra/story/events.ts';
import { sites } from '../../infra/story/network.ts';
import { fieldGtin, planProduction } from '../../infra/story/production.ts';
import { type Clock, systemClock } from '../../ledger-gateway/src/clock.ts';
import { staleAfterMs } from '../../ledger-gateway/src/query/freshness.ts';
import { apiOf, mspIds, type Network, type RunningGateway, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let network: Network;
let gateway: RunningGateway;
let aheadMs = 0;
const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };
const production = planProduction(0, Date.now());

beforeAll(async () => {
  network = await startNetwork();
  gateway = await network.start('growers', {}, { clock });
  for (const { gln, mspId, ...site } of sites.filter((each) => each.mspId === mspIds.growers)) {
    await gateway.api.send('PUT', `/api/sites/${gln}`, site);
  }
  const [harvest] = productionSteps(production);
  await gateway.api.send('POST', '/api/capture', harvest?.events);
});

afterAll(() => network?.stop());

test('an answer about a lot says so when the ledger is away and its projection grows old', async () => {
  const path = `/api/lots/${fieldGtin}/${escapeSegment(production.fieldLots[0]?.lot ?? '')}`;
  const lots = () => Promise.all([gateway.api, apiOf(gateway.url, null)].map((api) => api.get(path)));
  for (const lot of await lots())
    expect(lot).toMatchObject({ stale: false, asOf: { height: network.ledger.height() } });

  await network.stopLedger();
  await vi.waitUntil(async () => (await gateway.api.fetch('/readyz')).status === 503, { timeout: 20_000 });
  aheadMs = staleAfterMs + 1_000;
  for (const lot of await lots()) {
    expect(lot).toMatchObject({ stale: true, asOf: { height: network.ledger.height() } });
    expect((lot.asOf as { lagMs: number }).lagMs).toBeGreaterThan(staleAfterMs);
  }
  // What can't be submitted is pushed back, and nothing is claimed.
  const refused = await gateway.api.fetch(`/api/sites/${sites[0]?.gln}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'x', kind: 'other' }),
  });
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).not.toBeNull();
  expect(await refused.json()).toMatchObject({ code: 'ledger-unavailable' });
});
