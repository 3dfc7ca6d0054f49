import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cache = fileURLToPath(new URL('../../node_modules/.cache/hopline', import.meta.url));
const unpackTimeoutMs = 120_000;

/** Prints nothing; the environment says where to. `executablePath` unpacks all archives when it believes to be on Lambda. */
const unpackScript = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;

/**
 * Unpacks the Chromium of `@sparticuz/chromium` into the cache of `node_modules`, once for each version, and says how to
 * start it. A bare machine has neither NSS nor fonts, so those of the package are unpacked too and named in the
 * environment. The package writes to fixed names in the temporary folder and takes a half-written file for a whole one;
 * so it gets a temporary folder of its own, in a process of its own, which is renamed when it is complete.
 */
export async function unpackChromium(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const folder = join(cache, `chromium-${await packageVersion()}`);
  if (!existsSync(folder)) await unpackInto(folder);
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

async function unpackInto(folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(join(cache, 'unpacking-'));
  try {
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', unpackScript], {
      cwd: dirname(fileURLToPath(import.meta.url)),
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
      timeout: unpackTimeoutMs,
    });
    await writeFile(join(partial, 'fonts.conf'), fontConfiguration(folder));
    await rename(partial, folder).catch((cause: unknown) => {
      // Another process was quicker: its copy is as good.
      if (!existsSync(folder)) throw cause;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The package's own file names a folder of the temporary one; ours names where the fonts really are. */
function fontConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'font-cache')}</cachedir>
</fontconfig>
`;
}

async function packageVersion(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'));
  const { version } = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
