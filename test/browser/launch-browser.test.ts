import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from './launch-browser.ts';

test('a page of 127.0.0.1 runs in a secure context and can draw text', { timeout: 120_000 }, async () => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end('<title>Lot</title><p>4.25 °C</p>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());

  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);

  expect(await page.title()).toBe('Lot');
  expect(await page.evaluate(() => isSecureContext)).toBe(true);
  expect(await page.evaluate(() => document.querySelector('p')?.getBoundingClientRect().height ?? 0)).toBeGreaterThan(
    5,
  );
});
