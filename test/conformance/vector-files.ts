import { readdir, readFile } from 'node:fs/promises';

const folder = new URL('../../protocol/vectors/', import.meta.url);

/** All golden vectors, by the file's name without `.json`. */
export async function vectorFiles(): Promise<Record<string, unknown>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const entries = names.map(async (name) => [
    name.slice(0, -'.json'.length),
    JSON.parse(await readFile(new URL(name, folder), 'utf8')) as unknown,
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
