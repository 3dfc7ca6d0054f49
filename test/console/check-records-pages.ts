import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import readWorkbook from 'read-excel-file/node';
import { expect } from 'vitest';
import { fsmaCheckSchema } from '../../ledger-gateway/src/fsma/check-answer.ts';
import { lotPagePath } from './check-lot-page.ts';
import { type ConsoleAddress, overflows, signIn } from './open-page.ts';

interface LotKey {
  readonly gtin: string;
  readonly lot: string;
}

/** From a lot's page to its records: none lacks anything, and the workbook has a row for each. */
export async function checkRecordsOfLot(page: Page, stack: ConsoleAddress, lot: LotKey): Promise<void> {
  await page.goto(stack.url + lotPagePath(lot));
  await signIn(page, stack);
  await page.getByRole('link', { name: 'Records of this lot for the regulator' }).click();
  const verdict = page.locator('.verdict');
  await verdict.waitFor();
  const query = new URLSearchParams({ gtin: lot.gtin, lot: lot.lot });
  const response = await fetch(`${stack.url}/api/fsma/check?${query}`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  });
  const { counts } = fsmaCheckSchema.parse(await response.json());
  expect(counts).toMatchObject({ lacking: 0, missing: 0 });
  expect(await verdict.innerText()).toBe(`${counts.records} records, and nothing is missing.`);
  expect(await page.locator('.records tbody tr').count()).toBe(counts.records);
  expect(await overflows(page)).toBe(false);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Spreadsheet (XLSX)' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^fsma204-\d{4}-\d{2}-\d{2}\.xlsx$/);
  const sheets = await readWorkbook(await readFile(await download.path()));
  const rows = sheets.filter(({ sheet }) => !['About', 'Columns', 'Missing elements'].includes(sheet));
  expect(rows.reduce((sum, { data }) => sum + data.length - 1, 0)).toBe(counts.records);
}

/** A lot whose product nobody has described: the page says so, and an import of master data completes it. */
export async function checkCompleting(page: Page, stack: ConsoleAddress, lot: LotKey): Promise<void> {
  await page.goto(`${stack.url}/regulator`);
  await signIn(page, stack);
  await page.getByLabel('Lots, one a line').fill(`${lot.lot}\nNEVER-HEARD-OF`);
  await page.getByRole('button', { name: 'Check the records' }).click();
  await page.getByText('No lot is known by “NEVER-HEARD-OF”').waitFor();
  await page.getByLabel('Lots, one a line').fill(lot.lot);
  await page.getByRole('button', { name: 'Check the records' }).click();
  const need = page.locator('.needs li').filter({ hasText: lot.gtin });
  await need.waitFor();
  expect(await need.innerText()).toMatch(/Product[\s\S]*packaging size, packaging style[\s\S]*21 CFR 1\.1330/);
  const lacking = Number(/with (\d+) missing/.exec(await page.locator('.verdict').innerText())?.[1]);
  expect(await overflows(page)).toBe(false);

  await page.getByRole('link', { name: 'import of master data' }).click();
  const choose = (rows: string) =>
    page.getByLabel('File', { exact: true }).setInputFiles({
      name: 'products.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`GTIN;Name;Commodity;Packaging size;Packaging style;FTL\n${rows}\n`),
    });
  await choose(`${lot.gtin.slice(0, -1)}${(Number(lot.gtin.at(-1)) + 1) % 10};Endive;Endive;12;case;perhaps`);
  await page.getByText('2 mistakes: nothing can be imported until they are mended').waitFor();
  expect(await page.locator('tbody').first().innerText()).toMatch(/A2[\s\S]*check digit[\s\S]*F2[\s\S]*yes or no/);
  expect(await page.getByRole('button', { name: /^Import/ }).count()).toBe(0);
  await choose(`${lot.gtin};Endive;Endive;12;case;yes`);
  await page.getByRole('button', { name: 'Import 1 record' }).click();
  await page.getByText('1 record is in place').waitFor();
  expect(await overflows(page)).toBe(false);
  await page.goBack();
  await page.locator('.verdict').waitFor();
  expect(await need.count()).toBe(0);
  expect(Number(/with (\d+) missing/.exec(await page.locator('.verdict').innerText())?.[1])).toBeLessThan(lacking);
}

/** Codes that name no lot have a page as well: a product, an item, a place, also where a redirect leads. */
export async function checkThings(page: Page, stack: ConsoleAddress, lot: LotKey, gln: string): Promise<void> {
  const open = async (path: string) => {
    await page.goto(stack.url + path);
    await page.getByRole('heading', { level: 1 }).waitFor();
  };
  await open(`/01/${lot.gtin}`);
  await page.getByRole('heading', { name: /Romaine hearts/, level: 1 }).waitFor();
  await open(`/414/${gln}`);
  await page.getByText('Places are shown to those who work with them').waitFor();
  await page.goto(stack.url);
  await signIn(page, stack);
  await open(`/page/01/${lot.gtin}`);
  await page.getByRole('link', { name: lot.lot, exact: true }).click();
  await page.getByRole('heading', { name: lot.lot, level: 1 }).waitFor();
  await open(`/page${lotPagePath(lot)}`);
  await page.getByRole('heading', { name: lot.lot, level: 1 }).waitFor();
  await open(`${lotPagePath(lot)}/21/7`);
  await page.getByText('One of lot').getByRole('link', { name: lot.lot }).waitFor();
  await open(`/414/${gln}`);
  await page.getByText('5 Cold Chain Way').waitFor();
  expect(await overflows(page)).toBe(false);
}
