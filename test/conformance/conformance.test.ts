import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Failure, runAll } from '@hopline/protocol/conformance';
import { describe, expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../browser/launch-browser.ts';
import { bundle } from './bundle.ts';
import { vectorFiles } from './vector-files.ts';
import { startWorkerd } from './workerd.ts';

const timeout = 120_000;

describe('golden vectors have the same verdicts on every platform', () => {
  test('in Node', async () => {
    expect(await runAll(await vectorFiles())).toEqual([]);
  });

  test('in workerd', { timeout }, async () => {
    const { url, stop } = await startWorkerd(await bundle('worker.ts'));
    onTestFinished(stop);

    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(await vectorFiles()) });

    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual([]);
  });

  test('in Chromium', { timeout }, async () => {
    const { url, stop } = await servePage(await bundle('page.ts'));
    onTestFinished(stop);
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());

    const page = await browser.newPage();
    await page.goto(url);
    const failures = await page.evaluate(
      (loaded) => (globalThis as unknown as { runAll: (vectors: unknown) => Promise<Failure[]> }).runAll(loaded),
      await vectorFiles(),
    );

    expect(failures).toEqual([]);
  });
});

async function servePage(script: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript; charset=utf-8').end(script);
    else response.setHeader('content-type', 'text/html').end('<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const stop = () => new Promise<void>((closed) => void server.close(() => closed()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, stop };
}
