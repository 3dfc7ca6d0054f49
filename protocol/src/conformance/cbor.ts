import { z } from 'zod';
import { fromHex, toHex } from '../bytes.ts';
import { decodeCbor, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { fromVectorJson, toVectorJson } from './cbor-json.ts';
import { codeOr } from './code-or.ts';
import { type Failure, same, sameLater } from './failure.ts';

const decoded = z.object({
  name: z.string().optional(),
  hex: z.string(),
  value: z.json().optional(),
  any: z.string(),
  deterministic: z.string(),
});
type Decoded = z.output<typeof decoded>;
const cborVectors = z.object({
  rfc8949: z.array(decoded).min(1),
  forms: z.array(decoded).min(1),
  encoded: z.array(z.object({ name: z.string(), value: z.json(), hex: z.string() })).min(1),
});

/**
 * Runs `vectors/cbor.json` on this platform: what either decoder takes or refuses, and what the encoder writes.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runCborVectors(vectors: unknown): Promise<Failure[]> {
  const { rfc8949, forms, encoded } = cborVectors.parse(vectors);
  const failures = await Promise.all([...rfc8949, ...forms].map(decodingFailures));
  return [
    ...failures.flat(),
    ...encoded.flatMap(({ name, value, hex }) => same(name, hex, () => toHex(encodeCbor(fromVectorJson(value))))),
  ];
}

async function decodingFailures({ name, hex, value, any, deterministic }: Decoded): Promise<Failure[]> {
  const bytes = fromHex(hex);
  const label = name ? `${name} (${hex})` : hex;
  // Appendix A gives 0.0 and 0 the same JSON: values are compared as JavaScript's one number type has them.
  const canonical = value === undefined ? null : toVectorJson(fromVectorJson(value));
  const values = (found: unknown) => (value === undefined ? null : found);
  return [
    ...(await sameLater(`${label}, tolerant`, [any, any === 'accepted' ? canonical : null], async () => {
      const found = await codeOr(() => ({ found: toVectorJson(decodeCbor(bytes)) }));
      return typeof found === 'string' ? [found, null] : ['accepted', values(found.found)];
    })),
    ...(await sameLater(
      `${label}, deterministic`,
      [deterministic, deterministic === 'accepted' ? hex : null],
      async () => {
        const found = await codeOr(() => ({ again: toHex(encodeCbor(decodeDeterministicCbor(bytes))) }));
        return typeof found === 'string' ? [found, null] : ['accepted', found.again];
      },
    )),
  ];
}
