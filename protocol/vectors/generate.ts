/**
 * Writes `hopline-v1.json`, the golden vectors of our own formats: `node protocol/vectors/generate.ts [--accept]`.
 *
 * Bytes of a format never change within a version, so a difference to the file that is there is an error, unless
 * `--accept` says that it is meant. The standards' vectors beside it are facts from elsewhere and are not generated.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { toHex } from '../src/bytes.ts';
import { codeOr } from '../src/conformance/code-or.ts';
import { vectorFormats } from '../src/conformance/hopline-formats.ts';
import { vectorKeys } from '../src/conformance/hopline-keys.ts';
import { asJson } from '../src/conformance/hopline-v1.ts';
import { readVariants } from '../src/testing/forged-envelopes.ts';
import type { Variant } from '../src/testing/variant.ts';
import { vectorInputs } from '../src/testing/vector-inputs.ts';
import { refusedVariants } from '../src/testing/vector-refusals.ts';

const target = new URL('hopline-v1.json', import.meta.url);
const keys = await vectorKeys();

const built = await Promise.all(
  vectorInputs(keys).map(async ({ name, format, input }) => {
    const bytes = (await vectorFormats[format]?.build(input, keys)) ?? fail(`no format is called ${format}`);
    return { name, format, input, bytes, says: asJson(await open({ name, format, bytes })) };
  }),
);
const original = (name: string) => built.find((one) => one.name === name)?.bytes ?? fail(`no vector is called ${name}`);
const read = await Promise.all(
  (await readVariants(keys)).map(async (variant) => ({ ...variant, says: asJson(await open(variant)) })),
);
const refused = await Promise.all(
  (await refusedVariants(keys, original)).map(async (variant) => ({ ...variant, code: await refusalOf(variant) })),
);

const text = `{
  "about": "Our own formats, version 1. Key number n of device, edgeNode, registry, gateway, signer, stranger has the seed of 32 bytes n.",
  "built": ${lines(built)},
  "read": ${lines(read)},
  "refused": ${lines(refused)}
}
`;
const before = existsSync(target) ? readFileSync(target, 'utf8') : null;
if (before === text) console.log('hopline-v1.json is as it was');
else if (before === null || process.argv.includes('--accept')) {
  writeFileSync(target, text);
  console.log(`hopline-v1.json written: ${built.length} built, ${read.length} read, ${refused.length} refused`);
} else {
  const known = new Set(before.split('\n').map(withoutComma));
  const changed = [...built, ...read, ...refused].filter((vector) => !known.has(line(vector)));
  const names = changed.map(({ format, name }) => `  ${format}: ${name}`).join('\n');
  console.error(`These vectors would change or are new (--accept if that is meant):\n${names}`);
  process.exitCode = 1;
}

function open({ format, bytes }: Variant): Promise<unknown> {
  return vectorFormats[format]?.open(bytes, keys) ?? fail(`no format is called ${format}`);
}

async function refusalOf(variant: Variant): Promise<string> {
  const code = await codeOr(() => open(variant));
  return typeof code === 'string' ? code : fail(`not refused: ${variant.name} as ${variant.format}`);
}

function lines(vectors: readonly { bytes: Uint8Array }[]): string {
  return `[\n${vectors.map(line).join(',\n')}\n  ]`;
}

function line({ bytes, ...vector }: { bytes: Uint8Array }): string {
  return `    ${JSON.stringify({ ...vector, hex: toHex(bytes) })}`;
}

function withoutComma(text: string): string {
  return text.replace(/,$/, '');
}

function fail(why: string): never {
  throw new Error(why);
}
