import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { SimError } from '../error.ts';
import type { Flag } from './command.ts';

const credentialsSchema = z.record(z.string(), z.string());

export const passwordsFlag: Flag = {
  name: 'passwords',
  value: 'FILE',
  help: 'JSON object of MQTT passwords by device URN; without it none is sent',
};

/** Reads the passwords of a fleet. Throws `bad-file`. */
export async function readPasswords(path: string | undefined): Promise<(device: string) => string | undefined> {
  if (path === undefined) return () => undefined;
  const passwords = await readJsonFile(path, credentialsSchema);
  return (device) => passwords[device];
}

/** Reads a JSON file by its schema. Throws `bad-file` with the path of what is wrong in it. */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new SimError('bad-file', `${path}: ${explain(cause)}`, { path }, { cause });
  }
}

function explain(cause: unknown): string {
  if (cause instanceof z.ZodError) {
    const [issue] = cause.issues;
    return `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not of its form'}`;
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** The address of an edge node: `{gln}` and `{n}` in a pattern are filled in. */
export function urlOfNode(pattern: string): (node: string) => string {
  return (node) => {
    const [gln = '', n = ''] = node.split('/');
    return pattern.replaceAll('{gln}', gln).replaceAll('{n}', n);
  };
}
