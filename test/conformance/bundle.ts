import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** One file of JavaScript out of an entry of this folder, as a Worker or a page would ship it. */
export async function bundle(entry: 'worker.ts' | 'page.ts'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    target: 'es2024',
    logLevel: 'silent',
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`${entry} gave no bundle`);
  return output.text;
}
