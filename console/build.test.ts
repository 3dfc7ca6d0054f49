import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildConsole } from './build.ts';

/** What a phone has to load before a lot is on its screen; pictures come after. */
const maxFirstLoadBytes = 130_000;

/** Not the folder that gateways serve: other tests look at their pages at this very moment. */
let folder = '';
const build = () => buildConsole({ quiet: true, folder });

beforeAll(async () => {
  const cache = fileURLToPath(new URL('../node_modules/.cache/hopline', import.meta.url));
  await mkdir(cache, { recursive: true });
  folder = join(await mkdtemp(join(cache, 'console-test-')), 'pages');
  await build();
}, 60_000);

afterAll(() => rm(dirname(folder), { recursive: true, force: true }));

test('a second build has nothing to do, and one without its stamp is made again', { timeout: 60_000 }, async () => {
  expect(await build()).toEqual({ built: false });
  await rm(join(folder, '.sources'));
  expect(await build()).toEqual({ built: true });
  expect(await build()).toEqual({ built: false });
});

test('the page holds to a policy without exceptions: no script, style or picture inside it or elsewhere', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|style="|\son\w+=|<script(?![^>]*\ssrc="\/assets\/)/);
  for (const [, address] of page.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^\/[^/]/);
  for (const sheet of (await assets()).filter((name) => name.endsWith('.css'))) {
    expect(await readFile(join(folder, 'assets', sheet), 'utf8')).not.toMatch(/url\(|@import/);
  }
});

test('names of assets carry a hash, so that they may be kept for ever', async () => {
  for (const name of await assets()) expect(name).toMatch(/-[\w-]{8}\.(js|css)$/);
});

test('pictures are loaded only where they are shown, and the rest is small', async () => {
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const first = (await assets()).filter((name) => page.includes(`/assets/${name}`));
  const later = (await assets()).filter((name) => !first.includes(name));
  expect(later.join()).toMatch(/chart.*graph/);
  const sizes = await Promise.all(
    first.map(async (name) => gzipSync(await readFile(join(folder, 'assets', name))).length),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(maxFirstLoadBytes);
});

test('whoever serves the pages may read them', async () => {
  expect((await stat(folder)).mode & 0o055).toBe(0o055);
});

async function assets(): Promise<string[]> {
  return (await readdir(join(folder, 'assets'))).sort();
}

test('two processes that build at once leave one whole', { timeout: 60_000 }, async () => {
  await rm(folder, { recursive: true });
  const script = `
    import { buildConsole } from ${JSON.stringify(import.meta.resolve('./build.ts'))};
    await buildConsole({ quiet: true, folder: ${JSON.stringify(folder)} });`;
  const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  await Promise.all([run(), run()]);
  expect(await build()).toEqual({ built: false });
});
