import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { buildConsole } from '../../console/build.ts';
import { companyPrefix, gtin, lotLink, placeLink } from '../../infra/story/keys.ts';
import { coldChain, places, sites } from '../../infra/story/network.ts';
import { staleAfterMs } from '../../ledger-gateway/src/query/freshness.ts';
import { launchBrowser } from '../browser/launch-browser.ts';
import { checkLotPage, lotPagePath } from './check-lot-page.ts';
import { checkOverviewPage, figure } from './check-overview-page.ts';
import { checkCompleting, checkRecordsOfLot, checkThings } from './check-records-pages.ts';
import { type ConsoleAddress, type OpenPage, openPage, overflows, signIn } from './open-page.ts';
import { type StoryNetwork, startStoryNetwork, tracker } from './story-network.ts';

// Real processes and a real browser on a busy machine: waits end by themselves, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

let story: StoryNetwork;
let browser: Browser;
const opened: OpenPage[] = [];

beforeAll(async () => {
  await buildConsole({ quiet: true });
  [story, browser] = await Promise.all([startStoryNetwork(), launchBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await story?.network.stop();
});

/** Whatever a test was about: its pages must not have thrown, nor broken their policy. */
afterEach(async () => {
  const faults = opened.flatMap((each) => each.faults);
  for (const each of opened.splice(0)) await each.close();
  expect(faults).toEqual([]);
});

async function open(options: Parameters<typeof openPage>[1] = {}) {
  const page = await openPage(browser, options);
  opened.push(page);
  return page.page;
}

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true } as const;
const address = (): ConsoleAddress => ({ url: story.gateway.url, apiKey: story.gateway.adminKey });

test('the overview shows what the gateway answers, and finds a lot', async () => {
  await checkOverviewPage(await open(), address());
});

test('the overview fits a phone', async () => {
  await checkOverviewPage(await open(phone), address());
});

test('what happens on the ledger and at the edge is on the page without anybody asking for it', async () => {
  const page = await open();
  await page.goto(story.gateway.url);
  await signIn(page, address());
  await page.getByText('Live', { exact: true }).waitFor();
  const batches = await figure(page, 'Batches');
  const alerts = await page.locator('.alert-item').count();

  expect((await story.edge.upload([await story.edge.seal()])).status).toBe(200);
  await expect.poll(() => figure(page, 'Batches'), { timeout: 20_000 }).toBe(batches + 1);
  const alert = {
    specversion: '1.0',
    id: 'a-warm-pallet',
    source: story.edge.node,
    type: 'org.hopline.excursion.v1',
    subject: tracker,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: {
      node: story.edge.node,
      device: tracker,
      stream: 'temperature',
      unit: 'Cel',
      rule: coldChain.id,
      min: null,
      max: coldChain.max,
      fromMs: Date.now() - 1_800_000,
      toMs: Date.now(),
      peak: 9_400,
      receivedAtMs: Date.now(),
    },
  };
  await story.edge.api.send('POST', '/edge/v1/alerts', alert);
  await expect.poll(() => page.locator('.alert-item').count(), { timeout: 20_000 }).toBe(alerts + 1);
  expect(await page.locator('.alert-item').first().innerText()).toMatch(/9\.4 °C temperature at San Jose/);
});

test('a lot that was on the warm pallet shows its path, the excursion and its trace', async () => {
  const page = await open();
  await checkLotPage(page, address(), story.warmLot);
  expect((await page.locator('.box.touched.certain').allInnerTexts()).join(' ')).toContain(story.warmLot.lot);

  // From the picture to a field lot, whose number holds a slash, and back.
  await page.getByRole('link', { name: story.fieldLot.lot }).first().click();
  await page.getByRole('heading', { name: story.fieldLot.lot, level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe(lotPagePath(story.fieldLot));
  await page.goBack();
  await page.getByRole('heading', { name: story.warmLot.lot, level: 1 }).waitFor();
});

test('a lot that was kept cold shows none, on a phone in the dark too', async () => {
  await checkLotPage(await open({ ...phone, colorScheme: 'dark' }), address(), story.coldLot);
});

test('a field lot opened by its address shows what was lost on the way', async () => {
  const page = await open();
  await checkLotPage(page, address(), story.fieldLot);
  await page.getByText('Sent 500 kg, received 498 kg').waitFor();
});

test('a logistic unit shows what was in it, and leads to the lots', async () => {
  const page = await open();
  await page.goto(`${story.gateway.url}/00/${story.warmPallet}`);
  await signIn(page, address());
  await page.getByRole('heading', { name: 'Contents' }).waitFor();
  await page.getByRole('link', { name: story.warmLot.lot }).click();
  await page.getByRole('heading', { name: story.warmLot.lot, level: 1 }).waitFor();
});

test('without a key a lot shows its public fields and no name; a wrong key opens nothing, the right one all', async () => {
  const page = await open(phone);
  await page.goto(story.gateway.url + lotPagePath(story.warmLot));
  await page.getByRole('heading', { name: story.warmLot.lot, level: 1 }).waitFor();
  const shown = await page.locator('main').innerText();
  for (const { name } of sites) expect(shown).not.toContain(name);
  expect(shown).toContain('Limit broken');
  expect(await overflows(page)).toBe(false);

  await page.getByLabel('API key').fill('hk_wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key is not valid').waitFor();
  await signIn(page, address());
  await page.getByRole('heading', { name: 'Trace' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  expect(await page.getByRole('heading', { name: 'Trace' }).count()).toBe(0);
});

test('what is not there, or cannot be, is said in words', async () => {
  const page = await open();
  await page.goto(`${story.gateway.url}${lotPagePath({ ...story.warmLot, lot: 'NOBODY' })}`);
  await page.getByText('Nothing is known of this').waitFor();
  await page.goto(`${story.gateway.url}/01/09521002002005/10/A1`);
  await page.getByText(/should end in check digit/).waitFor();
  await page.goto(story.gateway.url);
  await signIn(page, address());
  await page.getByRole('searchbox').fill('https://id.gs1.org/414/9521002000116');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByText(/should end in check digit/i).waitFor();
  await page.getByRole('searchbox').fill(places.warehouses[0] ?? '');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.waitForURL(/#site-/);
});

test('the regulator gets the records of a lot, and nothing is missing of them', async () => {
  await checkRecordsOfLot(await open(), address(), story.warmLot);
});

test('what is missing of records says where to supply it, and is there once it was, on a phone', async () => {
  const endive = { gtin: gtin(companyPrefix.freshHub, 300), lot: 'ENDIVE-1' };
  const at = placeLink(places.packhouse);
  await story.gateway.api.send('POST', '/api/capture', [
    {
      type: 'ObjectEvent',
      action: 'ADD',
      eventTime: new Date().toISOString(),
      eventTimeZoneOffset: '-07:00',
      bizStep: 'commissioning',
      readPoint: { id: at },
      bizLocation: { id: at },
      quantityList: [{ epcClass: lotLink(endive.gtin, endive.lot), quantity: 5 }],
    },
  ]);
  await checkCompleting(await open({ ...phone, colorScheme: 'dark' }), address(), endive);
});

test('products, items and places have pages, where codes and redirects lead', async () => {
  await checkThings(await open(), address(), story.warmLot, places.packhouse);
});

test('a gateway that goes away leaves what was known, says so, and is live again when it comes back', async () => {
  const page = await open();
  await page.goto(story.gateway.url);
  await signIn(page, address());
  await page.getByText('Live', { exact: true }).waitFor();
  await story.gateway.stop();
  await page.getByText('Connection lost').waitFor();
  expect(await figure(page, 'Lots')).toBeGreaterThan(0);
  await story.restart();
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 60_000 });
});

// The last one: the ledger does not come back.
test('an answer that has grown old says so on every page, with and without a key', async () => {
  onTestFinished(() => story.network.stopLedger());
  await story.network.stopLedger();
  await vi.waitUntil(async () => (await story.gateway.api.fetch('/readyz')).status === 503, { timeout: 20_000 });
  story.skipTime(staleAfterMs + 1_000);
  const page = await open();
  for (const path of [lotPagePath(story.warmLot), '/']) {
    await page.goto(story.gateway.url + path);
    if (path !== '/') await page.getByText('This page may be out of date').waitFor();
    await signIn(page, address());
    await page.getByText('This page may be out of date').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
  }
});
