import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { overviewSchema } from '../../ledger-gateway/src/query/overview.ts';
import { sitesSchema } from '../../ledger-gateway/src/query/sites.ts';
import { type ConsoleAddress, overflows, signIn } from './open-page.ts';

/**
 * Opens the overview of a gateway, signs in where nobody is, and compares what it shows with the gateway's own answers. The
 * ledger must hold at least one anchored batch and one lot. Throws where the page shows something else.
 */
export async function checkOverviewPage(page: Page, stack: ConsoleAddress): Promise<void> {
  await page.goto(stack.url);
  const ready = page.getByRole('heading', { name: 'Overview', level: 1 });
  await ready.or(page.getByLabel('API key')).waitFor();
  if (!(await ready.isVisible())) await signIn(page, stack);
  await ready.waitFor();
  await page.getByText('Live', { exact: true }).waitFor();

  const overview = overviewSchema.parse(await ask(stack, '/api/overview'));
  const { sites } = sitesSchema.parse(await ask(stack, '/api/sites'));
  expect(await page.getByText(overview.organisation.name, { exact: true }).first().isVisible()).toBe(true);
  expect(await figure(page, 'Lots')).toBe(overview.counts.lots);
  expect(await figure(page, 'Sites')).toBe(sites.length);
  // These go on growing while one looks.
  expect(await figure(page, 'Readings')).toBeGreaterThan(0);
  expect(await figure(page, 'Blocks')).toBeGreaterThanOrEqual(overview.counts.batches > 0 ? 1 : 0);
  for (const { name } of sites) {
    await page.getByRole('heading', { name, level: 3, exact: true }).first().waitFor();
  }
  const nodes = sites.flatMap((site) => site.nodes);
  expect(await page.locator('.node-line').count()).toBe(nodes.length);
  expect(await page.locator('.alert-item').count()).toBe(overview.alerts.length);
  expect(await page.locator('table.batches tbody tr').count()).toBe(Math.min(12, overview.batches.length));
  expect(await page.locator('main').innerText()).toMatch(/As of block \d/);
  expect(await overflows(page)).toBe(false);

  const [lot] = overview.lots;
  if (!lot) throw new Error('there is no lot to be found');
  await page.getByRole('searchbox').fill(lot.lot);
  await page.getByRole('button', { name: 'Find' }).click();
  const found = page.getByRole('heading', { name: lot.lot, level: 1 });
  const offered = page.locator('.find-results a').first();
  await found.or(offered).first().waitFor();
  if (await offered.isVisible()) await offered.click();
  await found.waitFor();
}

/** A key figure as a number. */
export async function figure(page: Page, name: string): Promise<number> {
  const text = await page
    .locator('.figure', { has: page.getByText(name, { exact: true }) })
    .locator('.figure-value')
    .innerText();
  return Number(text.replaceAll(',', ''));
}

/** An answer of the gateway to the same question that the page asks. */
export async function ask({ url, apiKey }: ConsoleAddress, path: string): Promise<unknown> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${apiKey}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
