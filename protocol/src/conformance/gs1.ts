import { z } from 'zod';
import { ProtocolError } from '../error.ts';
import { canonical, checkDigit, classifyQuery, parseIdentifier, toDigitalLink, toUrn } from '../gs1/index.ts';
import { type Failure, same } from './failure.ts';

const gs1Vectors = z.object({
  checkDigits: z.array(z.object({ body: z.string(), digit: z.string() })).min(1),
  identifiers: z
    .array(
      z.object({
        texts: z.array(z.string()).min(1),
        identifier: z.looseObject({ kind: z.string() }),
        canonical: z.string(),
        companyPrefixLength: z.number().nullable(),
        urn: z.string().nullable(),
      }),
    )
    .min(1),
  refusals: z.array(z.object({ text: z.string(), code: z.string() })).min(1),
  queries: z.array(z.object({ text: z.string(), meanings: z.array(z.unknown()) })).min(1),
});

/**
 * Runs `vectors/gs1.json` on this platform.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export function runGs1Vectors(vectors: unknown): Failure[] {
  const { checkDigits, identifiers, refusals, queries } = gs1Vectors.parse(vectors);
  return [
    ...checkDigits.flatMap(({ body, digit }) => same(`check digit of ${body}`, digit, () => checkDigit(body))),
    ...identifiers.flatMap(identifierFailures),
    ...refusals.flatMap(({ text, code }) => same(`refusal of ${text}`, code, () => refusalCode(text))),
    ...queries.flatMap(({ text, meanings }) => same(`query ${text}`, meanings, () => classifyQuery(text))),
  ];
}

type IdentifierCase = z.output<typeof gs1Vectors>['identifiers'][number];

function identifierFailures({
  texts,
  identifier,
  canonical: link,
  companyPrefixLength,
  urn,
}: IdentifierCase): Failure[] {
  const byText = texts.flatMap((text) => [
    ...same(`identifier in ${text}`, identifier, () => parseIdentifier(text)),
    ...same(`canonical form of ${text}`, link, () => canonical(text)),
  ]);
  const first = texts[0] ?? '';
  const again = same(`round trip of ${link}`, identifier, () => parseIdentifier(toDigitalLink(parseIdentifier(first))));
  const asUrn =
    companyPrefixLength === null
      ? []
      : same(`URN of ${link}`, urn, () => toUrn(parseIdentifier(first), companyPrefixLength));
  return [...byText, ...again, ...asUrn];
}

function refusalCode(text: string): string {
  try {
    return `accepted as ${parseIdentifier(text).kind}`;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}
