import { z } from 'zod';
import { fromHex, toHex, utf8 } from '../bytes.ts';
import {
  encodeSenmlCbor,
  encodeSenmlJson,
  parseSenmlCbor,
  parseSenmlJson,
  type RawPack,
  resolvePack,
  type SenmlRecord,
} from '../senml/index.ts';
import { codeOr } from './code-or.ts';
import { type Failure, same, sameLater } from './failure.ts';

const packSchema = z.object({
  name: z.string(),
  json: z.string(),
  nowMs: z.number(),
  records: z.array(z.json()).min(1),
  cbor: z.string().optional(),
});
type Pack = z.output<typeof packSchema>;
const senmlVectors = z.object({
  rfc8428: z.array(packSchema).min(1),
  rules: z.array(packSchema).min(1),
  refused: z
    .array(z.object({ name: z.string(), json: z.string(), nowMs: z.number().nullable(), code: z.string() }))
    .min(1),
  refusedCbor: z.array(z.object({ name: z.string(), cbor: z.string(), code: z.string() })).min(1),
});

/**
 * Runs `vectors/senml.json` on this platform: packs resolved out of JSON, out of the CBOR of the RFC, and out of either
 * form after a round trip through our encoders.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export async function runSenmlVectors(vectors: unknown): Promise<Failure[]> {
  const { rfc8428, rules, refused, refusedCbor } = senmlVectors.parse(vectors);
  const refusals = await Promise.all([
    ...refused.map(({ name, json, nowMs, code }) =>
      sameLater(name, code, () => codeOr(() => resolvePack(parseSenmlJson(utf8(json)), nowMs))),
    ),
    ...refusedCbor.map(({ name, cbor, code }) =>
      sameLater(name, code, () => codeOr(() => resolvePack(parseSenmlCbor(fromHex(cbor)), 0))),
    ),
  ]);
  return [...[...rfc8428, ...rules].flatMap(packFailures), ...refusals.flat()];
}

function packFailures({ name, json, nowMs, records, cbor }: Pack): Failure[] {
  const resolved = (pack: RawPack) => resolvePack(pack, nowMs).map(asJson);
  const pack = parseSenmlJson(utf8(json));
  return [
    ...same(`${name}: JSON`, records, () => resolved(pack)),
    ...same(`${name}: JSON again`, records, () => resolved(parseSenmlJson(encodeSenmlJson(pack)))),
    ...same(`${name}: CBOR of ours`, records, () => resolved(parseSenmlCbor(encodeSenmlCbor(pack)))),
    ...(cbor === undefined ? [] : same(`${name}: CBOR`, records, () => resolved(parseSenmlCbor(fromHex(cbor))))),
  ];
}

function asJson(record: SenmlRecord): unknown {
  return record.value.kind === 'data'
    ? { ...record, value: { kind: 'data', value: toHex(record.value.value) } }
    : record;
}
