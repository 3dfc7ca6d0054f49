import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import { codeOr } from './code-or.ts';
import { type Failure, sameLater } from './failure.ts';
import { type VectorFormat, vectorFormats } from './hopline-formats.ts';
import { vectorKeys } from './hopline-keys.ts';

const hoplineVectors = z.object({
  /** Exact bytes both ways. */
  built: z
    .array(z.object({ name: z.string(), format: z.string(), input: z.json(), hex: z.string(), says: z.json() }))
    .min(1),
  /** Bytes that others may write and we only read. */
  read: z.array(z.object({ name: z.string(), format: z.string(), hex: z.string(), says: z.json() })).min(1),
  refused: z.array(z.object({ name: z.string(), format: z.string(), hex: z.string(), code: z.string() })).min(1),
});

/**
 * Runs `vectors/hopline-v1.json` on this platform: our own signed formats, out of fixed seeds to the last byte, what those
 * bytes say again, and what is refused with which code.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runHoplineVectors(vectors: unknown): Promise<Failure[]> {
  const { built, read, refused } = hoplineVectors.parse(vectors);
  const keys = await vectorKeys();
  const failures = await Promise.all([
    ...built.map(({ name, format, input, hex }) =>
      sameLater(`${name}: bytes`, hex, async () => toHex(await formatOf(format).build(input, keys))),
    ),
    ...[...built, ...read].map(({ name, format, hex, says }) =>
      sameLater(`${name}: meaning`, says, async () => asJson(await formatOf(format).open(fromHex(hex), keys))),
    ),
    ...refused.map(({ name, format, hex, code }) =>
      sameLater(`${name} as ${format}`, code, () => codeOr(() => formatOf(format).open(fromHex(hex), keys))),
    ),
  ]);
  return failures.flat();
}

/** A parsed value as the vectors write it: byte strings in hex. */
export function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asJson(member)]));
}

function formatOf(name: string): VectorFormat {
  const format = vectorFormats[name];
  if (!format) throw new TypeError(`no format is called ${name}`);
  return format;
}
