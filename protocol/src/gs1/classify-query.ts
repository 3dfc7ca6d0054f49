import { ProtocolError } from '../error.ts';
import { hasCheckDigit } from './check-digit.ts';
import type { GS1Identifier } from './identifier.ts';
import { parseIdentifier } from './parse-identifier.ts';
import { lotNumber } from './value.ts';

/** One meaning that a text in the find box can have. */
export type FindQuery =
  | { readonly kind: 'identifier'; readonly identifier: GS1Identifier }
  | { readonly kind: 'lot'; readonly lot: string };

/**
 * What somebody may have meant by a text in the find box, the most specific first; never empty.
 *
 * Links, URNs and element strings have one meaning, and say so when they are wrong. Digits with a right check digit may be a
 * GTIN, a GLN, an SSCC, and a lot number all the same; other texts are lot numbers.
 * @throws ProtocolError when no meaning is left: what is wrong with the link, or with the text as a lot number
 */
export function classifyQuery(text: string): FindQuery[] {
  const query = text.trim();
  if (/^(https?:\/\/|urn:|\(\d{2,4}\))/i.test(query)) {
    return [{ kind: 'identifier', identifier: parseIdentifier(query) }];
  }
  const found: FindQuery[] = numberMeanings(query).map((identifier) => ({ kind: 'identifier', identifier }));
  try {
    found.push({ kind: 'lot', lot: lotNumber(query) });
  } catch (error) {
    if (!(error instanceof ProtocolError) || found.length === 0) throw error;
  }
  return found;
}

/** The keys that a bare number can be. Spaces that people leave between groups of digits do not matter. */
function numberMeanings(query: string): GS1Identifier[] {
  const digits = query.replaceAll(' ', '');
  if (!/^\d+$/.test(digits) || !hasCheckDigit(digits)) return [];
  switch (digits.length) {
    case 8:
    case 12:
    case 14:
      return [{ kind: 'gtin', gtin: digits.padStart(14, '0') }];
    case 13:
      return [
        { kind: 'gtin', gtin: digits.padStart(14, '0') },
        { kind: 'gln', gln: digits },
        { kind: 'pgln', gln: digits },
      ];
    case 18:
      return [{ kind: 'sscc', sscc: digits }];
    default:
      return [];
  }
}
