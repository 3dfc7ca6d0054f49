import { ProtocolError } from '../error.ts';
import { parseDigitalLink, toDigitalLink } from './digital-link.ts';
import { parseElementString } from './element-string.ts';
import { type GS1Identifier, maxIdentifierChars } from './identifier.ts';
import { parseUrn } from './urn.ts';

/**
 * Reads an identifier in any form that says by itself what it is: Digital Link, EPC URN or element string.
 * A bare number does not say that; see `classifyQuery`.
 * @throws ProtocolError with a `gs1-…` code, or `too-large` beyond `maxIdentifierChars`
 */
export function parseIdentifier(text: string): GS1Identifier {
  if (text.length > maxIdentifierChars) {
    throw new ProtocolError('too-large', 'An identifier is not that long', { chars: text.length, maxIdentifierChars });
  }
  if (/^https?:\/\//i.test(text)) return parseDigitalLink(text);
  if (text.startsWith('urn:epc:')) return parseUrn(text).identifier;
  if (text.startsWith('(')) return parseElementString(text);
  throw new ProtocolError('gs1-unrecognised', 'Neither a Digital Link, an EPC URN nor an element string', { text });
}

/**
 * One text for one thing: the Digital Link on id.gs1.org with the finest identification only, so an item is
 * `/01/{gtin}/21/{serial}` whether or not its lot was said (CBV 2.0, section 8.9, calls it the constrained canonical form).
 */
export function canonicalLink(id: GS1Identifier): string {
  return toDigitalLink(id.kind === 'sgtin' ? { kind: 'sgtin', gtin: id.gtin, serial: id.serial } : id);
}

/** `canonicalLink` of whatever `parseIdentifier` reads in `text`; throws as that does. */
export function canonical(text: string): string {
  return canonicalLink(parseIdentifier(text));
}
