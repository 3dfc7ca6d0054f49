import { parseIdentifier } from '@hopline/protocol/gs1';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildConsole, consoleFolder } from '../../console/build.ts';
import { sites } from '../../infra/story/network.ts';
import { fieldGtin } from '../../infra/story/production.ts';
import { recallSchema } from '../../ledger-gateway/src/recall/read-recall.ts';
import { worklistSchema } from '../../ledger-gateway/src/worklist/work-item-shapes.ts';
import { launchBrowser } from '../browser/launch-browser.ts';
import { mspIds, type Network, type RunningGateway, startNetwork } from '../gateway/network.ts';
import { type Chain, capture, type Delivery, deliver } from '../gateway/recall-story.ts';
import { received, shipped } from '../ledger-suite/epcis-events.ts';
import { lotPagePath } from './check-lot-page.ts';
import { type OpenPage, openPage, overflows, signIn } from './open-page.ts';

// Real processes and a real browser on a busy machine: waits end by themselves, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
const recallId = 'R-2026-7';
const field = sites.find(({ mspId }) => mspId === mspIds.growers);
if (!field) throw new Error('the story has no field');
/** GTIN and lot number of a lot's canonical link. */
function lotOf(link: string): { gtin: string; lot: string } {
  const id = parseIdentifier(link);
  if (id.kind !== 'lgtin') throw new Error(`${link} is no lot`);
  return { gtin: id.gtin, lot: id.lot };
}
const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);

/** Pages on which people do something, from the gateways of those whose part it is. */
let network: Network;
let chain: Chain;
let goods: Delivery;
let short: Delivery;
let browser: Browser;
const opened: OpenPage[] = [];

beforeAll(async () => {
  await buildConsole({ quiet: true });
  [network, browser] = await Promise.all([startNetwork(), launchBrowser()]);
  const growers = await network.start('growers', { organisation: { name: 'Growers' }, consoleFolder });
  const { key } = await growers.api.send('POST', '/api/keys', { name: 'retail', roles: ['peer'] });
  const peers = [{ mspId: mspIds.growers, url: growers.url, key: String(key) }];
  const freshHub = await network.start('freshHub', { organisation: { name: 'FreshHub' } });
  const retail = await network.start('retail', { organisation: { name: 'Corner Stores' }, consoleFolder, peers });
  chain = { growers, freshHub, retail };
  goods = await deliver(chain);
  short = await deliver(chain);
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

/** Pictures of the states that a test goes through, for who wants to look at them. */
const shot = async (page: Page, name: string) => {
  const folder = process.env.HOPLINE_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
};

describe('uploading a sheet', () => {
  beforeAll(async () => {
    const { gln, mspId, ...site } = field;
    await chain.growers.api.send('PUT', `/api/sites/${gln}`, site);
    await chain.growers.api.send('PUT', `/api/products/${fieldGtin}`, { name: 'Romaine', limits: [] });
  });

  async function openUpload(options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
    const page = await open(chain.growers, '/upload', options);
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
});

describe('recalls', () => {
  beforeAll(() =>
    chain.growers.api.send('POST', '/api/recalls', {
      recallId,
      kind: 'voluntary',
      class: 'I',
      reason: 'Listeria in a sample of the field',
      suspects: [goods.fieldLot],
      returnTo: [goods.packhouse],
    }),
  );

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

  test('one click from the lot: previewed, opened, widened, closed with a reason for what is open, and in the history', async () => {
    const { gtin, lot } = lotOf(short.fieldLot);
    const page = await open(chain.growers, lotPagePath({ gtin, lot }));
    await page.getByRole('link', { name: 'Recall this lot' }).click();
    await page.getByRole('heading', { name: 'New recall', level: 1 }).waitFor();
    expect(await page.getByLabel('Suspect lots, one a line').inputValue()).toBe(short.fieldLot);
    await page.getByLabel('Reason').fill('Glass on the belt');
    await page.getByLabel('Class').selectOption('II');
    await page.getByText('Where goods may be returned to').click();
    await page.getByRole('checkbox', { name: short.field }).check();
    await page.getByRole('button', { name: 'Show what it concerns' }).click();
    const preview = page.getByRole('region', { name: 'What it concerns' });
    await preview.getByText('2 lots (1 lot made of the suspect goods), 3 places, 3 organisations').waitFor();
    expect(await preview.getByRole('row', { name: /Store 1/ }).innerText()).toMatch(/30 items/);
    await shot(page, 'recall-preview');
    expect(await overflows(page)).toBe(false);
    // Whoever types on has to look again: what is opened is what was shown.
    await page.getByLabel('Reason').fill('Glass on the belt of line 2');
    await preview.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Show what it concerns' }).click();
    await page.getByRole('button', { name: 'Open the recall and hold 2 lots everywhere' }).click();
    await page.getByRole('heading', { name: /^R-\d{8}-/, level: 1 }).waitFor();
    const id = new URL(page.url()).pathname.slice('/recalls/'.length);
    const read = async () => recallSchema.parse(await chain.growers.api.get(`/api/recalls/${id}`));
    expect(await read()).toMatchObject({
      recall: {
        kind: 'voluntary',
        class: 'II',
        reason: 'Glass on the belt of line 2',
        returnTo: [short.field],
        lots: 2,
      },
      enforced: true,
    });

    await page.getByRole('button', { name: 'Widen or narrow the scope' }).click();
    await page.getByLabel('More suspect lots, one a line').fill(`${gtin} ${lot}-2`);
    await page.getByRole('checkbox', { name: lotOf(short.caseLot).lot }).check();
    await page.getByLabel('Reason').fill('The cases are of another line');
    await page.getByRole('button', { name: 'Change the scope' }).click();
    // Nobody has a say over goods that no event has named and whose product is nobody's: the ledger's words are shown.
    await page.getByText(/goods are recalled by who owns the product/i).waitFor();
    await page.getByLabel('More suspect lots, one a line').fill('');
    await page.getByRole('button', { name: 'Change the scope' }).click();
    await page.getByText(/0 lots more, 1 lot fewer \(version 2\)/).waitFor();

    await page.getByRole('button', { name: 'Close the recall' }).click();
    await page.getByText('3 things are open: each needs a reason').waitFor();
    await page.getByLabel('Conclusion').fill('The belt was mended');
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByText(/Something is open/i).waitFor();
    await page.getByLabel('For all that have none of their own').fill('Nobody was there');
    await page.getByLabel(/FreshHub has not acknowledged/).fill('Told by telephone');
    await shot(page, 'recall-close');
    await page.getByRole('button', { name: 'Close it' }).click();
    await page.getByRole('button', { name: 'Open it again' }).waitFor();
    const { steps } = await read();
    const closed = steps.map(({ act }) => act).find(({ step }) => step === 'closed');
    expect(closed).toMatchObject({ conclusion: 'The belt was mended', release: false });
    expect(closed?.step === 'closed' ? closed.reasons.map(({ reason }) => reason).sort() : []).toEqual([
      'Nobody was there',
      'Nobody was there',
      'Told by telephone',
    ]);

    await page.goto(chain.growers.url + lotPagePath({ gtin, lot }));
    await page.getByText('This lot is still on hold from a recall that is closed').waitFor();
    await page.goto(`${chain.growers.url}/recalls`);
    const history = page.getByRole('region', { name: 'How long it took' }).getByRole('row', { name: id });
    expect(await history.innerText()).toMatch(/Voluntary/);
    await shot(page, 'recall-history');

    const stranger = await openPage(browser, phone);
    opened.push(stranger);
    await stranger.page.goto(chain.growers.url + lotPagePath(lotOf(goods.caseLot)));
    await stranger.page.getByText('This lot is recalled: do not use or sell it').waitFor();
    expect(await stranger.page.getByText('Listeria').count()).toBe(0);
  });

  test('a lot number alone is enough for an exercise, and one answer for all goods that were found as expected', async () => {
    const page = await open(chain.growers, '/recalls/new?kind=mock');
    await page.getByLabel('Reason').fill('Yearly exercise');
    await page.getByLabel('Suspect lots, one a line').fill('NOBODY-KNOWS-1');
    await page.getByRole('button', { name: 'Show what it concerns' }).click();
    await page.getByText(/No lot NOBODY-KNOWS-1 is known here\. Write the GTIN of the product before/).waitFor();
    const numbers = [goods, short].map(({ fieldLot }) => lotOf(fieldLot).lot);
    await page.getByLabel('Suspect lots, one a line').fill(numbers.join('\n'));
    await page.getByRole('button', { name: 'Show what it concerns' }).click();
    await page.getByRole('button', { name: 'Begin the exercise with 4 lots' }).click();
    await page
      .getByText(/^Scope known .* · on the ledger everywhere: .* · acknowledged by all: not all yet$/)
      .waitFor();
    const id = new URL(page.url()).pathname.slice('/recalls/'.length);

    const store = await open(chain.retail, `/recalls/${id}`);
    await store.getByText('Record several at once').click();
    await store.getByLabel('What became of it').selectOption({ label: 'all destroyed' });
    await shot(store, 'recall-several');
    await store.getByRole('button', { name: 'Record 2 lines' }).click();
    await store.getByText('Record several at once').waitFor({ state: 'detached' });
    const { lines } = recallSchema.parse(await chain.retail.api.get(`/api/recalls/${id}`));
    expect(lines.filter(({ mspId }) => mspId === mspIds.retail)).toMatchObject([
      { finding: { destroyed: '30' }, open: { amount: '0' } },
      { finding: { destroyed: '30' }, open: { amount: '0' } },
    ]);
    await chain.growers.api.send('POST', `/api/recalls/${id}/close`, { conclusion: 'It works', otherwise: 'exercise' });
  });

  test('contacts are added and removed where recalls are, a webhook with its secret shown once', async () => {
    const page = await open(chain.growers, '/recalls/contacts');
    await page.getByText('Nobody is told yet').waitFor();
    await page.getByLabel('Whose contact').fill(mspIds.retail);
    await page.getByLabel('Name').fill('Night shift');
    await page.getByLabel('Webhook').check({ force: true });
    await page.getByLabel('URL').fill('https://hooks.example.com/recalls');
    await page.getByLabel('When').selectOption({ label: 'After 4 hours without an answer' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('row', { name: /Night shift.*after 4 h without an answer/ }).waitFor();
    await shot(page, 'contacts');
    expect(await overflows(page)).toBe(false);
    await page.getByRole('button', { name: 'Remove Night shift' }).click();
    await page.getByText('Nobody is told yet').waitFor();
  });

  test('a recall that nobody knows is said in words', async () => {
    const page = await open(chain.growers, '/recalls/R-none-1');
    await page.getByText('Nothing is known of this').waitFor();
    await page.goto(`${chain.growers.url}/recalls/%E0%A4%A`);
    await page.getByText(/There is nothing here/).waitFor();
  });
});

describe('the worklist', () => {
  const at = (gln: string, hour: number) => ({ at: `2026-04-20T${hour}:00:00+02:00`, gln });

  beforeAll(async () => {
    const { packhouse, store, caseLot } = short;
    await capture(chain.freshHub, shipped(at(packhouse, 11), store, [], [[caseLot, 10, 'EA']]));
    await capture(chain.retail, received(at(store, 12), [], [[caseLot, 8, 'EA']]));
  });

  const readItems = async (state: string) =>
    worklistSchema.parse(await chain.retail.api.get(`/api/worklist?state=${state}`)).items;

  test('shows both numbers of a difference with its proof; it is noted, settled, and opened again', async () => {
    const page = await open(chain.retail, '/worklist');
    const item = page.getByRole('listitem').filter({ hasText: 'Less was received than was shipped' });
    await item.waitFor();
    await shot(page, 'worklist');
    const [known] = (await readItems('open')).filter(({ kind }) => kind === 'received-short');
    expect(await page.locator('.work-item').count()).toBe((await readItems('open')).length);
    expect(await item.innerText()).toMatch(
      /Act[\s\S]*Store 1[\s\S]*Packhouse[\s\S]*Sent\s+10 items\s+Received\s+8 items/,
    );
    await item.getByText('Proof').click();
    expect(await item.locator(`code[title="${known?.event?.transactionId}"]`).first().isVisible()).toBe(true);

    await item.getByRole('button', { name: /^Work on/ }).click();
    await item.getByLabel('Who looks after it').fill('Ann');
    await item.getByLabel('Note').fill('Two were torn on the way');
    await shot(page, 'worklist-form');
    await item.getByRole('button', { name: 'Save', exact: true }).click();
    await item.getByText('“Two were torn on the way”').waitFor();
    await item.getByRole('button', { name: /^Work on/ }).click();
    await item.getByRole('button', { name: 'Save and settle' }).click();
    await item.waitFor({ state: 'detached' });
    expect((await readItems('resolved')).find(({ kind }) => kind === 'received-short')).toMatchObject({
      resolvedBy: 'person',
      note: { assignee: 'Ann', note: 'Two were torn on the way' },
    });

    await page.getByLabel('settled').check({ force: true });
    await item.getByText(/^Settled$/).waitFor();
    await item.getByRole('button', { name: /^Work on/ }).click();
    await item.getByRole('button', { name: 'Save and open again' }).click();
    await item.waitFor({ state: 'detached' });
    expect((await readItems('open')).map(({ kind }) => kind)).toContain('received-short');
  });

  test('is narrowed by place and by how much it matters, and fits a phone', async () => {
    const page = await open(chain.retail, '/worklist', { ...phone, colorScheme: 'dark' });
    const item = page.locator('.work-item').filter({ hasText: 'Less was received than was shipped' });
    await item.waitFor();
    expect(await overflows(page)).toBe(false);
    await shot(page, 'worklist-phone');
    await page.getByLabel('How much it matters').selectOption('look');
    await item.waitFor({ state: 'detached' });
    await page.getByLabel('How much it matters').selectOption('act');
    await item.waitFor();
    const kinds = page.getByLabel('What is the matter');
    expect(await kinds.locator('option').allInnerTexts()).toContain('Less was received than was shipped (1)');
    await kinds.selectOption('overdue-shipment');
    await item.waitFor({ state: 'detached' });
    await kinds.selectOption('');
    await item.waitFor();
    await page.getByLabel('Place', { exact: true }).selectOption(goods.store);
    await item.waitFor({ state: 'detached' });
    await page.getByLabel('Place', { exact: true }).selectOption(short.store);
    await item.waitFor();
    await item.getByRole('link').first().click();
    await page.getByRole('heading', { name: short.caseLot.split('/').at(-1) ?? '', level: 1 }).waitFor();
  });
});
