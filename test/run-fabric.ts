import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FabricError } from '../infra/fabric/fabric-error.ts';
import { freePortBase } from '../infra/fabric/free-port-base.ts';
import { startFabric } from '../infra/fabric/start-fabric.ts';

/**
 * `npm run test:fabric`: a fresh real Fabric network in a temporary folder, the ledger suite on it, and the network's own
 * tests. Needs `FABRIC_BIN`. Exit code 2 where no network could be had.
 */
const root = resolve(import.meta.dirname, '..');
const dataDir = await mkdtemp(join(tmpdir(), 'hopline-fabric-'));
const giveUp = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => giveUp.abort(new Error(signal)));

try {
  const network = await startFabric({
    dataDir,
    fabricBin: process.env.FABRIC_BIN,
    portBase: await freePortBase(Math.random),
    onProgress: (line) => console.log(`fabric: ${line}`),
    signal: giveUp.signal,
  });
  try {
    const suite = await vitest(['--project', 'test', 'test/ledger-suite'], {
      HOPLINE_CONNECTION_PROFILE: network.profileFile,
    });
    const ownTests = await vitest(['--project', 'infra', 'infra/fabric'], {});
    process.exitCode = suite || ownTests;
  } finally {
    await network.stop();
  }
} catch (error) {
  if (!(error instanceof FabricError)) throw error;
  console.error(`test:fabric: ${error.message}`);
  process.exitCode = 2;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function vitest(args: string[], env: Record<string, string>): Promise<number> {
  const child = spawn(join(root, 'node_modules/.bin/vitest'), ['run', ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    signal: giveUp.signal,
  });
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? 1));
  });
}
