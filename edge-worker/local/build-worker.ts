import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('..', import.meta.url));
const sources = [join(workspace, 'src'), join(workspace, '../protocol/src')];
const bundle = join(workspace, 'dist', 'main.js');

/**
 * Makes the Worker's one bundle by `wrangler deploy --dry-run`, unless it is newer than all of its sources, and returns its
 * path. The same file is what `wrangler deploy` would upload. Throws with wrangler's output where it cannot be built.
 */
export async function buildWorker(): Promise<string> {
  if ((await modifiedMs(bundle)) >= (await newestMs())) return bundle;
  // Built beside and moved into place, so that somebody who starts at the same moment never reads half a file.
  const folder = await mkdtemp(join(workspace, '.wrangler-build-'));
  try {
    await run(['deploy', '--dry-run', '--outdir', folder]);
    await rm(join(workspace, 'dist'), { recursive: true, force: true });
    await rename(folder, join(workspace, 'dist')).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was faster with the same result.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return bundle;
}

function run(args: readonly string[]): Promise<void> {
  const wrangler = fileURLToPath(
    import.meta.resolve('wrangler/package.json').replace(/package\.json$/, 'bin/wrangler.js'),
  );
  const child = spawn(process.execPath, [wrangler, ...args], {
    cwd: workspace,
    env: { ...process.env, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`wrangler failed (${code}):\n${output}`))));
  });
}

async function newestMs(): Promise<number> {
  const times = [modifiedMs(join(workspace, 'wrangler.jsonc')), modifiedMs(join(workspace, 'package.json'))];
  for (const folder of sources) {
    for (const entry of await readdir(folder, { recursive: true })) times.push(modifiedMs(join(folder, entry)));
  }
  return Math.max(...(await Promise.all(times)));
}

async function modifiedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
