import { escapeSegment, toDigitalLink } from '@hopline/protocol/gs1';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { lotSchema } from '../../ledger-gateway/src/query/lot.ts';
import { traceSchema } from '../../ledger-gateway/src/query/trace.ts';
import { ask } from './check-overview-page.ts';
import { type ConsoleAddress, overflows, signIn } from './open-page.ts';

export interface LotAddress {
  readonly gtin: string;
  readonly lot: string;
}

/** Path of a lot's page, as its GS1 Digital Link has it. */
export function lotPagePath({ gtin, lot }: LotAddress): string {
  return toDigitalLink({ kind: 'lgtin', gtin, lot }, '');
}

/**
 * Opens a lot's page, signs in where nobody is, and compares hops, chart, excursions, trace and holdings with the gateway's own
 * answers. Throws where the page shows something else.
 */
export async function checkLotPage(page: Page, stack: ConsoleAddress, address: LotAddress): Promise<void> {
  await page.goto(stack.url + lotPagePath(address));
  await page.getByRole('heading', { name: address.lot, level: 1 }).waitFor();
  if (await page.getByLabel('API key').isVisible()) await signIn(page, stack);
  await page.getByRole('heading', { name: 'Conditions' }).waitFor();

  const path = `/api/lots/${address.gtin}/${escapeSegment(address.lot)}`;
  const lot = lotSchema.parse(await ask(stack, path));
  const trace = traceSchema.parse(await ask(stack, `${path}/trace?direction=both`));
  await checkPath(page, lot);
  await checkChart(page, lot);
  await checkTrace(page, trace);
  const held = page.getByRole('region', { name: 'Where it is now' });
  expect(await held.locator('tbody tr').count()).toBe(lot.holdings.length);
  expect(await overflows(page)).toBe(false);
}

type Lot = ReturnType<typeof lotSchema.parse>;

async function checkPath(page: Page, lot: Lot): Promise<void> {
  const lines = page.locator('.path-line:not(.way)');
  const names = lot.hops.map(({ place }) => place.name ?? `GLN ${place.gln}`);
  expect(await lines.locator('h3').allInnerTexts()).toEqual(names);
  const first = lot.hops[0]?.arrived;
  if (!first) return;
  await lines.first().getByText('Proof').click();
  const proof = lines.first().locator('.proof');
  expect(await proof.locator(`code[title="${first.transactionId}"]`).first().isVisible()).toBe(true);
  expect(await proof.locator(`code[title="${first.event}"]`).first().isVisible()).toBe(true);
  await lines.first().getByText('Proof').click();
  const short = lot.discrepancies.filter(({ kind }) => kind !== 'settled').length;
  expect(await lines.getByText(/^Sent .* received /).count()).toBe(short);
}

async function checkChart(page: Page, lot: Lot): Promise<void> {
  const broken = lot.conditions.excursions.some(({ certainty }) => certainty === 'certain');
  const excursions = page.getByRole('list', { name: 'Excursions' });
  expect(await excursions.count()).toBe(
    lot.conditions.excursions.some(({ certainty }) => certainty === 'certain' || certainty === 'possible') ? 1 : 0,
  );
  expect(await page.getByText('Limit broken').count()).toBe(broken ? 1 : 0);
  if (!lot.conditions.stays.some(({ streams }) => streams.length > 0)) {
    await page.getByText('No device has measured where this was').waitFor();
    return;
  }
  await page.locator('.plot canvas').waitFor();
  await expect.poll(() => page.locator('.plot canvas').evaluate(coloursOf), { timeout: 10_000 }).toBeGreaterThan(3);
  expect((await page.locator('.band-mark.certain').count()) > 0).toBe(broken);
  const summary = await page.getByRole('img', { name: /^Chart over time/ }).getAttribute('aria-label');
  expect(/; excursion from /.test(summary ?? '')).toBe(broken);
}

/** How many different colours there are on a canvas; an empty one has one. */
function coloursOf(canvas: SVGElement | HTMLElement): number {
  if (!(canvas instanceof HTMLCanvasElement)) return 0;
  const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
  const colours = new Set<number>();
  for (let at = 0; at < data.length; at += 4) {
    if ((data[at + 3] ?? 0) > 200)
      colours.add(((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0));
  }
  return colours.size + 1;
}

async function checkTrace(page: Page, trace: ReturnType<typeof traceSchema.parse>): Promise<void> {
  const boxes = page.locator('.react-flow__node');
  await boxes.first().waitFor();
  const shown = await boxes.locator('.box-title').allInnerTexts();
  const reached = trace.nodes.filter(({ id }) => trace.lots.includes(id)).map(({ label }) => label);
  for (const label of reached) expect(shown.some((title) => title.includes(label))).toBe(true);
  expect(await page.locator('.box.current').count()).toBe(1);
  // Arrows hang on what the boxes measure: without it there are none, and nothing says so.
  await expect.poll(() => page.locator('.react-flow__edge').count(), { timeout: 10_000 }).toBeGreaterThan(0);
}
