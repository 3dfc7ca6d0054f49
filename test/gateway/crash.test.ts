import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uploadResultSchema } from '@hopline/protocol';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { productionSteps } from '../../infra/story/events.ts';
import { sites } from '../../infra/story/network.ts';
import { planProduction } from '../../infra/story/production.ts';
import { rebuild } from '../../ledger-gateway/src/rebuild.ts';
import { openStore } from '../../ledger-gateway/src/store/open-store.ts';
import { dumpProjection } from '../../ledger-gateway/src/testing/dump-projection.ts';
import { startPostgres } from '../../ledger-gateway/src/testing/postgres-server.ts';
import { EdgeNode } from './edge-node.ts';
import { apiOf, mspIds, type Network, type OrganisationName, startNetwork } from './network.ts';

// Real processes on a busy machine: a wait that ends by itself is bounded, and no test is about how long it took.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

/** A gateway in a process of its own that is killed at the worst moment, and a database that is thrown away. */
const main = join(import.meta.dirname, '..', '..', 'ledger-gateway', 'src', 'main.ts');
const postgres = await startPostgres();
if ('reason' in postgres) console.warn(`rebuilt on PGlite only: ${postgres.reason}`);
const gln = '9521002000115';
let network: Network;
const children: ChildProcess[] = [];

beforeAll(async () => {
  network = await startNetwork();
});

afterAll(async () => {
  for (const child of children) await kill(child);
  await network?.stop();
  if (!('reason' in postgres)) await postgres.stop();
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Starts a gateway from a configuration file, as people do, and waits until it is of use. */
async function start(configFile: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [main, '--config', configFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (data: Buffer) => {
      text += data.toString();
      const [, found] = /listens on (\S+)/.exec(text) ?? [];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${String(code)}: ${text}`)));
  });
  await vi.waitUntil(async () => (await fetch(`${url}/readyz`)).ok, { timeout: 60_000, interval: 50 });
  return { child, url };
}

test('killed between submit and answer, it gives the original answer to the same bytes', async () => {
  const setUp = await network.start('freshHub');
  await setUp.api.send('PUT', `/api/sites/${gln}`, { name: 'Warehouse', kind: 'warehouse' });
  const edge = await EdgeNode.enrol(setUp, mspIds.freshHub, `${gln}/0`, Date.now() - 3_600_000);
  const { token } = (await setUp.api.send('POST', '/api/node-tokens', { node: edge.node })) as { token: string };
  await setUp.stop();

  const configFile = join(network.folder, 'freshHub.json');
  await writeFile(configFile, JSON.stringify(network.options('freshHub')));
  const bytes = await edge.seal();
  const first = await start(configFile);
  const before = network.ledger.height();
  const sender = new EdgeNode(edge.node, edge.key, apiOf(first.url, token), 0);
  const unanswered = sender.upload([bytes]).then(
    () => 'answered',
    () => 'cut off',
  );
  // The transaction is on the ledger; the gateway dies before or after it has seen that.
  await vi.waitUntil(() => network.ledger.height() > before, { timeout: 20_000, interval: 1 });
  await kill(first.child);
  await unanswered;

  const second = await start(configFile);
  const again = new EdgeNode(edge.node, edge.key, apiOf(second.url, token), 0);
  const answer = async () => uploadResultSchema.parse(await (await again.upload([bytes])).json()).results;
  const [result] = await answer();
  expect(result).toMatchObject({ node: edge.node, sequence: 0, block: before });
  expect(await answer()).toEqual([result]);
  await kill(second.child);
});

test('a second process on the same folder is told so, in words', async () => {
  const running = await network.start('growers');
  const configFile = join(network.folder, 'growers.json');
  await writeFile(configFile, JSON.stringify(network.options('growers')));
  const child = spawn(process.execPath, [main, '--config', configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (data: Buffer) => {
    words += data.toString();
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(1);
  expect(words).toContain('is open in another process');
  await running.stop();
});

test('a rebuild gives the same rows, on both databases', async () => {
  const gateways = {
    growers: await network.start('growers'),
    freshHub: await network.start('freshHub'),
    retail: await network.start('retail'),
  };
  for (const { gln: place, mspId, ...site } of sites) {
    const owner = (Object.keys(mspIds) as OrganisationName[]).find((name) => mspIds[name] === mspId) ?? 'growers';
    await gateways[owner].api.send('PUT', `/api/sites/${place}`, site);
  }
  for (const step of productionSteps(planProduction(0, Date.now()))) {
    await gateways[step.by].api.send('POST', '/api/capture', step.events);
  }
  for (const gateway of Object.values(gateways)) await gateway.stop();

  const options = network.options('freshHub');
  const dumpOf = async (databaseUrl?: string, folder = options.dataFolder) => {
    const store = await openStore({ folder, databaseUrl, nowMs: Date.now() });
    return dumpProjection(store).finally(() => store.close());
  };
  // The followers may be a block apart; what they have in common is what one of them is brought up to.
  const height = await rebuild(options);
  expect(height).toBe(network.ledger.height());
  const rows = await dumpOf();
  expect(rows.presences?.length).toBeGreaterThan(20);
  await rebuild(options);
  expect(await dumpOf()).toEqual(rows);

  if ('reason' in postgres) return;
  const databaseUrl = await postgres.createDatabase();
  const elsewhere = { ...options, databaseUrl, dataFolder: join(network.folder, 'elsewhere') };
  await rebuild(elsewhere);
  const { missing_summaries: missing, conditions, ...others } = await dumpOf(databaseUrl, elsewhere.dataFolder);
  const { missing_summaries: _missing, conditions: _conditions, ...same } = rows;
  expect(others).toEqual(same);
  // A new database has no summaries: it knows which ones it lacks.
  expect(missing).toHaveLength(rows.statements?.length ?? 0);
  expect(conditions).toEqual([]);
});
