import { z } from 'zod';
import {
  addQuantities,
  compareQuantities,
  convertQuantity,
  eventHash,
  normalise,
  openDocument,
  parseDocument,
  preHashString,
} from '../epcis/index.ts';
import { ProtocolError } from '../error.ts';
import { type Failure, same, sameLater } from './failure.ts';

const quantity = z.object({ amount: z.string(), uom: z.string().nullable() });
const epcisVectors = z.object({
  accepted: z.array(z.object({ name: z.string(), event: z.json(), normalised: z.json() })).min(1),
  refused: z.array(z.object({ name: z.string(), document: z.json(), code: z.string(), pointer: z.string() })).min(1),
  conversions: z
    .array(
      z.object({
        from: quantity,
        uom: z.string().nullable(),
        to: quantity.nullable(),
        exact: z.boolean().nullable(),
      }),
    )
    .min(1),
  sums: z.array(z.object({ a: quantity, b: quantity, sum: quantity, order: z.number() })).min(1),
});

/**
 * Runs `vectors/epcis.json` on this platform: what is read, what is refused and where, and arithmetic on quantities.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export function runEpcisVectors(vectors: unknown): Failure[] {
  const { accepted, refused, conversions, sums } = epcisVectors.parse(vectors);
  return [
    ...accepted.flatMap(({ name, event, normalised }) =>
      same(name, [normalised], () => parseDocument(event).events.map((parsed) => normalise(parsed.event))),
    ),
    ...refused.flatMap(({ name, document, code, pointer }) => same(name, { code, pointer }, () => refusalOf(document))),
    ...conversions.flatMap(({ from, uom, to, exact }) =>
      same(`${from.amount} ${from.uom} in ${uom}`, to === null ? 'epcis-unit' : { quantity: to, exact }, () =>
        codeInstead(() => convertQuantity(from, uom)),
      ),
    ),
    ...sums.flatMap(({ a, b, sum, order }) => [
      ...same(`${a.amount} ${a.uom} + ${b.amount} ${b.uom}`, sum, () => addQuantities(a, b)),
      ...same(`${a.amount} ${a.uom} against ${b.amount} ${b.uom}`, order, () => compareQuantities(a, b)),
    ]),
  ];
}

const eventHashVectors = z.object({
  cases: z
    .array(
      z.object({
        name: z.string(),
        document: z.json(),
        preHashStrings: z.array(z.string()),
        hashes: z.array(z.string()),
      }),
    )
    .min(1),
});

/** Runs `vectors/epcis-event-hash.json` on this platform, as `runEpcisVectors`. */
export async function runEventHashVectors(vectors: unknown): Promise<Failure[]> {
  const { cases } = eventHashVectors.parse(vectors);
  const failures = await Promise.all(
    cases.map(async ({ name, document, preHashStrings, hashes }) => [
      ...same(`${name}: text before hashing`, preHashStrings, () =>
        openDocument(document).sources.map(({ source }) => preHashString(source)),
      ),
      ...(await sameLater(`${name}: hash`, hashes, () =>
        Promise.all(openDocument(document).sources.map(({ source }) => eventHash(source))),
      )),
    ]),
  );
  return failures.flat();
}

function refusalOf(document: unknown): unknown {
  try {
    return { accepted: parseDocument(document).events.length };
  } catch (error) {
    if (error instanceof ProtocolError) return { code: error.code, pointer: error.details.pointer };
    throw error;
  }
}

function codeInstead(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
