import { ProtocolError } from '../error.ts';
import { fromApplicationIdentifiers } from './application-identifiers.ts';
import type { GS1Identifier } from './identifier.ts';

/** Longest value of any application identifier, in characters (X..90). */
const maxValueChars = 90;

/**
 * Reads what is printed under a barcode: `(01)09506000134352(10)ABC`. Application identifiers that do not identify
 * (dates, weights) are ignored. A bracket that belongs to a value is written `\(`, as GS1's own syntax tools do.
 * @throws ProtocolError `gs1-unrecognised`, or what is wrong with the value
 */
export function parseElementString(text: string): GS1Identifier {
  const values = new Map<string, string>();
  const element = /\((\d{2,4})\)((?:\\\(|[^(])+)/y;
  let end = 0;
  while (end < text.length) {
    const match = element.exec(text);
    const [, ai = '', raw = ''] = match ?? [];
    if (match === null || raw.length > maxValueChars || values.has(ai)) {
      throw new ProtocolError('gs1-unrecognised', 'An element string reads (AI)value(AI)value', { text, at: end });
    }
    values.set(ai, raw.replaceAll('\\(', '('));
    end = element.lastIndex;
  }
  return fromApplicationIdentifiers(values);
}

/** The element string of pairs of application identifier and value. */
export function toElementString(pairs: ReadonlyArray<readonly [ai: string, value: string]>): string {
  return pairs.map(([ai, value]) => `(${ai})${value.replaceAll('(', '\\(')}`).join('');
}
