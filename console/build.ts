import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));
const protocolSources = fileURLToPath(new URL('../protocol/src', import.meta.url));
const cache = fileURLToPath(new URL('../node_modules/.cache/hopline', import.meta.url));

/** Where the built pages are. */
export const consoleFolder = join(root, 'dist');

/** Names the sources that a build was made of; not served, because its name begins with a dot. */
const stampFile = '.sources';

export interface BuildOptions {
  readonly quiet?: boolean;
  /** Where the pages go; on the file system of the repository. */
  readonly folder?: string;
}

/**
 * Builds the pages into `console/dist` unless they are there already, made of the same sources. The build is made beside its
 * place and renamed into it, so that a crash leaves the old pages or the new ones.
 * @returns whether something had to be built
 */
export async function buildConsole({ quiet = false, folder = consoleFolder }: BuildOptions = {}): Promise<{
  built: boolean;
}> {
  const stamp = await sourcesDigest();
  if ((await stampOf(folder)) === stamp) return { built: false };
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, 'console-'));
  try {
    await bundle(partial, quiet);
    await writeFile(join(partial, stampFile), stamp);
    // A temporary folder is its owner's alone, and the gateway may run as somebody else.
    await chmod(partial, 0o755);
    await replaceFolder(folder, partial, stamp);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { built: true };
}

/** Vite is loaded only when there is something to build: it takes longer than all the rest. */
async function bundle(outDir: string, quiet: boolean): Promise<void> {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  const before = process.env.NODE_ENV;
  // Vite takes it from the environment, and a test runner's `test` would give React's slow build for development.
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root,
      configFile: false,
      plugins: [react()],
      logLevel: quiet ? 'error' : 'info',
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2024',
        // The pages are served under `default-src 'self'`, which refuses `data:` addresses and scripts in the page.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: !quiet,
      },
    });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

/** Digest over names and contents of everything that the pages are made of. */
async function sourcesDigest(): Promise<string> {
  const files = [
    ...(await filesBelow(join(root, 'src'))),
    ...(await filesBelow(join(root, 'public'))),
    ...(await filesBelow(protocolSources)),
    ...['index.html', 'package.json', 'build.ts'].map((name) => join(root, name)),
  ].filter((file) => !file.includes('.test.'));
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash.update(`${relative(root, file).split(sep).join('/')}\0`);
    hash.update(
      createHash('sha256')
        .update(await readFile(file))
        .digest(),
    );
  }
  return hash.digest('hex');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function stampOf(folder: string): Promise<string | null> {
  return readFile(join(folder, stampFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

async function replaceFolder(place: string, by: string, stamp: string): Promise<void> {
  const old = `${by}-old`;
  await rename(place, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(by, place).catch(async (error: unknown) => {
    // Another process was quicker: of the same sources its build is as good.
    if ((await stampOf(place)) !== stamp) throw error;
  });
  await rm(old, { recursive: true, force: true });
}

if (import.meta.main) {
  const { built } = await buildConsole();
  console.log(built ? 'the pages are built' : 'the pages are up to date');
}
