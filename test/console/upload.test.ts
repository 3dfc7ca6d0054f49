import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { buildConsole, consoleFolder } from '../../console/build.ts';
import { sites } from '../../infra/story/network.ts';
import { fieldGtin } from '../../infra/story/production.ts';
import { launchBrowser } from '../browser/launch-browser.ts';
import { mspIds, type Network, type RunningGateway, startNetwork } from '../gateway/network.ts';
import { lotPagePath } from './check-lot-page.ts';
import { type OpenPage, openPage, overflows, signIn } from './open-page.ts';

// Real processes and a real browser on a busy machine: waits end by themselves, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 });

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
const field = sites.find(({ mspId }) => mspId === mspIds.growers);
if (!field) throw new Error('the story has no field');
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

let network: Network;
let gateway: RunningGateway;
let browser: Browser;
const opened: OpenPage[] = [];

beforeAll(async () => {
  await buildConsole({ quiet: true });
  [network, browser] = await Promise.all([startNetwork(), launchBrowser()]);
  gateway = await network.start('growers', { consoleFolder });
  const { gln, mspId, ...site } = field;
  await gateway.api.send('PUT', `/api/sites/${gln}`, site);
  await gateway.api.send('PUT', `/api/products/${fieldGtin}`, { name: 'Romaine', limits: [] });
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

async function openUpload(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const each = await openPage(browser, options);
  opened.push(each);
  const { page } = each;
  await page.goto(`${gateway.url}/upload`);
  await signIn(page, { url: gateway.url, apiKey: gateway.adminKey });
  await page.getByRole('heading', { name: 'Upload a sheet', level: 1 }).waitFor();
  return page;
}

const sheet = (rows: readonly string[]) => ({
  name: 'harvest.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(`Picked on,Field,Crop,Lot,Weight\n${rows.join('\n')}\n`),
});
const choose = (page: Page, file: ReturnType<typeof sheet>) =>
  page.getByLabel('File', { exact: true }).setInputFiles(file);
const preview = (page: Page) => page.getByRole('button', { name: 'Show what would be captured' }).click();
const shot = async (page: Page, name: string) => {
  const folder = process.env.HOPLINE_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

async function fromFileToLedger(page: Page, lot: string): Promise<void> {
  await shot(page, `${lot}-1-file`);
  await choose(
    page,
    sheet([`${yesterday},South Field,Romaine,${lot},500 flats`, `${yesterday},${field?.gln},lettuce,${lot}-B,20 kg`]),
  );
  await page.getByRole('heading', { name: 'Columns' }).waitFor();
  expect(await page.getByLabel('What happened').inputValue()).toBe('harvest');
  expect(await page.getByLabel('Time zone').inputValue()).toBe('America/Los_Angeles');
  expect(await page.getByRole('list', { name: 'Stages' }).locator('[aria-current="step"]').innerText()).toContain(
    'Columns',
  );
  await shot(page, `${lot}-2-columns`);

  // No time of day anywhere, a word that nobody knows, a place and a product that are not registered: nothing is captured.
  await preview(page);
  await page.getByText(/errors: nothing can be captured until they are mended/).waitFor();
  expect(await page.getByRole('button', { name: /^Capture/ }).isDisabled()).toBe(true);
  const cell = page.getByRole('cell', { name: /South Field/ });
  expect(await cell.innerText()).toMatch(/No place is called "South Field"/);
  expect(await page.locator('.problem-list li').first().innerText()).toMatch(/Error\s+[A-E][23] ·/);
  await shot(page, `${lot}-3-errors`);
  expect(await overflows(page)).toBe(false);

  await page.getByRole('button', { name: 'Back to the columns' }).click();
  await page.getByLabel('Time of day, one value for all rows').fill('06:30');
  await page.getByLabel('“flats” means').selectOption({ label: 'crates' });
  await preview(page);
  await page.getByText(/^2 errors: nothing can be captured/).waitFor();
  await page.getByRole('button', { name: 'Another file' }).click();

  // The mended file: the columns are as they were mapped before.
  await choose(
    page,
    sheet([
      `${yesterday},${field?.name.replace(/^.*$/, '"$&"')},Romaine,${lot},500 flats`,
      `${yesterday},${field?.gln},${fieldGtin},${lot}-B,20 kg`,
    ]),
  );
  await page.getByText('as you mapped this kind of sheet before').waitFor();
  await preview(page);
  await page.getByText('2 events can be captured').waitFor();
  expect(await page.getByText('The ledger has looked at it').isVisible()).toBe(true);
  await shot(page, `${lot}-4-ready`);
  expect(await overflows(page)).toBe(false);
  await page.getByRole('button', { name: 'Capture 2 events' }).click();
  await page.getByText('2 events are on the ledger').waitFor();
  await shot(page, `${lot}-5-captured`);
  expect(await overflows(page)).toBe(false);
  await page.getByRole('link', { name: lot, exact: true }).click();
  await page.getByRole('heading', { name: lot, level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toBe(lotPagePath({ gtin: fieldGtin, lot }));
}

test('a sheet goes from file to ledger, and no further while a cell is wrong', async () => {
  const page = await openUpload();
  await fromFileToLedger(page, 'U-1');

  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Upload' }).click();
  await page.locator('.upload-list').getByText('2 events captured').waitFor();
  const [template] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Harvest as XLSX' }).click(),
  ]);
  expect(template.suggestedFilename()).toBe('hopline-harvest.xlsx');
});

test('the same on a phone in the dark', async () => {
  await fromFileToLedger(await openUpload({ ...phone, colorScheme: 'dark' }), 'U-2');
});

test('the keyboard is enough, and what cannot be read is said in words', async () => {
  const page = await openUpload();
  await choose(page, { ...sheet([]), buffer: Buffer.from([0xd0, 0xcf, 0x11, 0xe0]) });
  await page.getByText('This is an old Excel file, or has a password').waitFor();
  await choose(page, sheet([`${yesterday},${field?.gln},Romaine,U-3,5 kg`]));
  await page.getByRole('heading', { name: 'Columns' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('upload-stage');
  await page.getByLabel('Time of day, one value for all rows').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('06:30');
  await page.keyboard.press('Enter');
  const capture = page.getByRole('button', { name: 'Capture 1 event' });
  await capture.waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Rows of the sheet');
  await capture.focus();
  await page.keyboard.press('Enter');
  await page.getByText('1 event is on the ledger').waitFor();
});
