import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildConsole, consoleFolder } from '../../console/build.ts';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { launchBrowser } from '../browser/launch-browser.ts';
import { type Network, type RunningGateway, startNetwork } from '../gateway/network.ts';
import { type Chain, type Delivery, deliver } from '../gateway/recall-story.ts';
import { type OpenPage, openPage, overflows, signIn } from './open-page.ts';

// Real processes and a real browser on a busy machine: waits end by themselves, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
const recallId = 'R-2026-7';
let network: Network;
let chain: Chain;
let goods: Delivery;
let browser: Browser;
const opened: OpenPage[] = [];

beforeAll(async () => {
  await buildConsole({ quiet: true });
  [network, browser] = await Promise.all([startNetwork(), launchBrowser()]);
  const growers = await network.start('growers', { organisation: { name: 'Growers' }, consoleFolder });
  const { key } = await growers.api.send('POST', '/api/keys', { name: 'retail', roles: ['peer'] });
  const peers = [{ mspId: 'GrowersMSP', url: growers.url, key: String(key) }];
  const freshHub = await network.start('freshHub', { organisation: { name: 'FreshHub' } });
  const retail = await network.start('retail', { organisation: { name: 'Corner Stores' }, consoleFolder, peers });
  chain = { growers, freshHub, retail };
  goods = await deliver(chain);
  await growers.api.send('POST', '/api/recalls', {
    recallId,
    kind: 'voluntary',
    class: 'I',
    reason: 'Listeria in a sample of the field',
    suspects: [goods.fieldLot],
    returnTo: [goods.packhouse],
  });
});

afterAll(async () => {
  await browser?.close();
  await network?.stop();
});

/** Whatever a test was about: its pages must not have thrown, nor broken their policy. */
afterEach(async () => {
  const faults = opened.flatMap((each) => each.faults);
  for (const each of opened.splice(0)) await each.close();
  expect(faults).toEqual([]);
});

async function open(
  gateway: RunningGateway,
  path: string,
  options: Parameters<typeof openPage>[1] = {},
): Promise<Page> {
  const each = await openPage(browser, options);
  opened.push(each);
  await each.page.goto(gateway.url + path);
  await signIn(each.page, { url: gateway.url, apiKey: gateway.adminKey });
  return each.page;
}

const shot = async (page: Page, name: string) => {
  const folder = process.env.HOPLINE_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

test('a recall that waits for an answer is acknowledged, and what was found is recorded, on the ledger', async () => {
  const page = await open(chain.retail, '/recalls');
  await page.getByText('1 recall waits for your answer').waitFor();
  const row = page.getByRole('row', { name: recallId });
  expect(await row.innerText()).toMatch(
    /Voluntary recall, class I[\s\S]*by Growers[\s\S]*0 of 2[\s\S]*Waits for you[\s\S]*Open/,
  );
  await shot(page, 'recalls');
  await page.getByRole('link', { name: recallId }).click();
  await page.getByRole('heading', { name: recallId, level: 1 }).waitFor();
  expect(await page.getByText('Listeria in a sample of the field').first().isVisible()).toBe(true);
  // The frozen trace comes from the opener's gateway, by its digest.
  const place = page.getByRole('region', { name: 'Goods by place' }).getByRole('row', { name: /Store 1/ });
  await place.waitFor();
  await shot(page, 'recall-open');

  await page.getByLabel('A note to go with it').fill('Shelves are being cleared');
  await page.getByRole('button', { name: 'Acknowledge version 1' }).click();
  const organisation = page.getByRole('row', { name: /Corner Stores \(you\)/ });
  await organisation.getByText('“Shelves are being cleared”').waitFor();
  expect(await page.getByRole('button', { name: /^Acknowledge/ }).count()).toBe(0);

  expect(await place.innerText()).toMatch(/30 items[\s\S]*no report yet[\s\S]*30 items/);
  expect(await page.getByRole('button', { name: /^Record what was found/ }).count()).toBe(1);
  await page.getByRole('button', { name: /^Record what was found .* Store 1$/ }).click();
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('quarantined');
  await page.keyboard.type('12.50');
  await page.getByLabel('Sold', { exact: true }).fill('10');
  await page.getByLabel('Note', { exact: true }).fill('Two torn');
  await shot(page, 'recall-finding');
  await page.getByRole('button', { name: 'Record on the ledger' }).click();
  await place.getByText('12.5 items quarantined').waitFor();
  expect(await place.innerText()).toMatch(/10 items sold[\s\S]*“Two torn”[\s\S]*7\.5 items/);

  const view = recallSchema.parse(await chain.retail.api.get(`/api/recalls/${recallId}`));
  const line = view.lines.find((each) => each.place === goods.store);
  expect(line).toMatchObject({
    finding: { quarantined: '12.5', sold: '10', note: 'Two torn' },
    open: { amount: '7.5' },
  });
  expect(await page.locator('.steps li').count()).toBe(view.steps.length);
  expect(await page.getByRole('region', { name: 'Organisations' }).locator('tbody tr').count()).toBe(
    view.organisations.length,
  );
  expect(await overflows(page)).toBe(false);
  // The report is a page of its own, with a policy of its own.
  const report = await page.getByRole('link', { name: 'Report to print' }).getAttribute('href');
  const printed = await (await chain.retail.api.fetch(String(report), { headers: { accept: 'text/html' } })).text();
  expect(printed).toContain('Shelves are being cleared');
});

test('who opened it sees the answers come in, on a phone in the dark too', async () => {
  const page = await open(chain.growers, `/recalls/${recallId}`, { ...phone, colorScheme: 'dark' });
  await page.getByText('Opened by Growers').waitFor();
  await page.getByRole('region', { name: 'Organisations' }).getByText('“Shelves are being cleared”').waitFor();
  expect(await page.getByText('1 of 2', { exact: true }).first().isVisible()).toBe(true);
  expect(await overflows(page)).toBe(false);
  await shot(page, 'recall-phone');
  await chain.freshHub.api.send('POST', `/api/recalls/${recallId}/acknowledgements`, {});
  await page.getByText('2 of 2', { exact: true }).first().waitFor();

  const { key } = await chain.growers.api.send('POST', '/api/keys', { name: 'reader', roles: ['reader'] });
  const reader = await open({ ...chain.growers, adminKey: String(key) }, `/recalls/${recallId}`);
  await reader.getByText('Opened by Growers').waitFor();
  expect(await reader.getByRole('button', { name: /^Record/ }).count()).toBe(0);
});

test('a recall that nobody knows is said in words', async () => {
  const page = await open(chain.growers, '/recalls/R-none-1');
  await page.getByText('Nothing is known of this').waitFor();
  await page.goto(`${chain.growers.url}/recalls/%E0%A4%A`);
  await page.getByText(/There is nothing here/).waitFor();
});
