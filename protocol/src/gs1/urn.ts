import { ProtocolError } from '../error.ts';
import { checkDigit } from './check-digit.ts';
import { unescapeSegment } from './digital-link.ts';
import type { GS1Identifier } from './identifier.ts';
import {
  assetType13,
  giaiNumber,
  gln13,
  glnExtension,
  graiSerial,
  gtin14,
  lotNumber,
  serialNumber,
  sscc18,
} from './value.ts';

/** Shortest and longest GS1 company prefix that EPC URNs can express (EPC Tag Data Standard, section 6.3), in digits. */
export const minCompanyPrefixDigits = 6;
export const maxCompanyPrefixDigits = 12;

/** An EPC URN, read: the identifier, and the length of the company prefix, which a Digital Link does not show. */
export interface ParsedUrn {
  readonly identifier: GS1Identifier;
  readonly companyPrefixLength: number;
}

/** Digits that company prefix and reference make up together, check digit aside. */
const bodyDigits = { gtin: 13, gln: 12, asset: 12, sscc: 17 } as const;

/**
 * Reads a pure-identity EPC URN (`urn:epc:id:sgtin:…`), a class (`urn:epc:class:lgtin:…`) or the patterns that stand
 * for classes (`urn:epc:idpat:sgtin:….*`, `urn:epc:idpat:grai:….*`).
 * @throws ProtocolError `gs1-unrecognised`, `gs1-length`, `gs1-character`, `gs1-escape`, `gs1-company-prefix`
 */
export function parseUrn(text: string): ParsedUrn {
  const match = /^urn:epc:(id|class|idpat):([a-z]+):(.+)$/.exec(text);
  const [, space = '', scheme = '', body = ''] = match ?? [];
  const [prefix = '', reference = '', ...rest] = body.split('.');
  // A dot inside a lot or serial is not an error: it is part of the last component.
  const tail = rest.length === 0 ? undefined : unescapeSegment(rest.join('.'));
  const digits = (length: number): string => companyAndReference(text, prefix, reference, length);
  const identifier = ((): GS1Identifier => {
    switch (`${space}:${scheme}`) {
      case 'id:sgtin':
        return { kind: 'sgtin', gtin: gtinOf(digits(bodyDigits.gtin), prefix), serial: serialNumber(tail ?? '') };
      case 'class:lgtin':
        return { kind: 'lgtin', gtin: gtinOf(digits(bodyDigits.gtin), prefix), lot: lotNumber(tail ?? '') };
      case 'idpat:sgtin':
        return wildcard(text, tail, { kind: 'gtin', gtin: gtinOf(digits(bodyDigits.gtin), prefix) });
      case 'id:sscc':
        return noTail(text, tail, { kind: 'sscc', sscc: sscc18(indicatorFirst(digits(bodyDigits.sscc), prefix)) });
      case 'id:sgln': {
        const gln = gln13(withCheckDigit(digits(bodyDigits.gln)));
        // Extension 0 says that there is none (EPC Tag Data Standard, section 6.3.3).
        return tail === '0' ? { kind: 'gln', gln } : { kind: 'sgln', gln, extension: glnExtension(tail ?? '') };
      }
      case 'id:pgln':
        return noTail(text, tail, { kind: 'pgln', gln: gln13(withCheckDigit(digits(bodyDigits.gln))) });
      case 'id:grai': {
        const assetType = assetType13(withCheckDigit(digits(bodyDigits.asset)));
        return { kind: 'grai', assetType, serial: graiSerial(tail ?? '') };
      }
      case 'idpat:grai': {
        const assetType = assetType13(withCheckDigit(digits(bodyDigits.asset)));
        return wildcard(text, tail, { kind: 'grai', assetType });
      }
      case 'id:giai':
        return {
          kind: 'giai',
          giai: giaiNumber(companyPrefix(text, prefix) + unescapeSegment([reference, ...rest].join('.'))),
        };
      default:
        throw new ProtocolError('gs1-unrecognised', 'Not an EPC URN of a kind known here', { text });
    }
  })();
  return { identifier, companyPrefixLength: prefix.length };
}

/**
 * The EPC URN of an identifier. A URN splits the key behind the company prefix, whose length only its owner and GS1
 * know, so it has to be given. An SGTIN's lot has no place in a URN and is left out.
 * @throws ProtocolError `gs1-company-prefix` where the length is unknown, out of range, or impossible for this key
 */
export function toUrn(id: GS1Identifier, companyPrefixLength: number | undefined): string {
  const n = knownPrefixLength(id, companyPrefixLength);
  switch (id.kind) {
    case 'gtin':
      return `urn:epc:idpat:sgtin:${splitIndicated(id.gtin, n)}.*`;
    case 'lgtin':
      return `urn:epc:class:lgtin:${splitIndicated(id.gtin, n)}.${escapeUrn(id.lot)}`;
    case 'sgtin':
      return `urn:epc:id:sgtin:${splitIndicated(id.gtin, n)}.${escapeUrn(id.serial)}`;
    case 'sscc':
      return `urn:epc:id:sscc:${splitIndicated(id.sscc, n)}`;
    case 'gln':
      return `urn:epc:id:sgln:${split(id.gln, n)}.0`;
    case 'sgln':
      return `urn:epc:id:sgln:${split(id.gln, n)}.${escapeUrn(id.extension)}`;
    case 'pgln':
      return `urn:epc:id:pgln:${split(id.gln, n)}`;
    case 'grai':
      return id.serial === undefined
        ? `urn:epc:idpat:grai:${split(id.assetType, n)}.*`
        : `urn:epc:id:grai:${split(id.assetType, n)}.${escapeUrn(id.serial)}`;
    case 'giai':
      return giaiUrn(id.giai, n);
  }
}

function knownPrefixLength(id: GS1Identifier, length: number | undefined): number {
  if (length === undefined) {
    throw new ProtocolError('gs1-company-prefix', 'A URN needs the length of the GS1 company prefix', {
      kind: id.kind,
    });
  }
  if (!Number.isInteger(length) || length < minCompanyPrefixDigits || length > maxCompanyPrefixDigits) {
    throw new ProtocolError('gs1-company-prefix', `A company prefix has 6 to 12 digits, not ${length}`, {
      kind: id.kind,
      length,
    });
  }
  return length;
}

/** Company prefix and reference of a key whose first digit (indicator, extension) moves behind the prefix. */
function splitIndicated(key: string, n: number): string {
  return `${key.slice(1, n + 1)}.${key[0]}${key.slice(n + 1, -1)}`;
}

function split(key: string, n: number): string {
  return `${key.slice(0, n)}.${key.slice(n, -1)}`;
}

function giaiUrn(giai: string, n: number): string {
  if (!/^\d+$/.test(giai.slice(0, n)) || giai.length <= n) {
    throw new ProtocolError('gs1-company-prefix', `GIAI ${giai} does not begin with a prefix of ${n} digits`, {
      giai,
      n,
    });
  }
  return `urn:epc:id:giai:${giai.slice(0, n)}.${escapeUrn(giai.slice(n))}`;
}

function companyPrefix(text: string, prefix: string): string {
  if (!/^\d{6,12}$/.test(prefix)) {
    throw new ProtocolError('gs1-company-prefix', 'A company prefix has 6 to 12 digits', { text, prefix });
  }
  return prefix;
}

function companyAndReference(text: string, prefix: string, reference: string, length: number): string {
  const digits = companyPrefix(text, prefix) + reference;
  if (!/^\d*$/.test(reference)) {
    throw new ProtocolError('gs1-character', 'A reference in this URN is made of digits', { text, reference });
  }
  if (digits.length !== length) {
    throw new ProtocolError('gs1-length', `Company prefix and reference have ${length} digits together`, {
      text,
      digits: digits.length,
    });
  }
  return digits;
}

/** The first digit of the reference leads the key; the check digit ends it. */
function indicatorFirst(digits: string, prefix: string): string {
  const n = prefix.length;
  return withCheckDigit(digits.charAt(n) + prefix + digits.slice(n + 1));
}

function gtinOf(digits: string, prefix: string): string {
  return gtin14(indicatorFirst(digits, prefix));
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}

function wildcard(text: string, tail: string | undefined, identifier: GS1Identifier): GS1Identifier {
  if (tail === '*') return identifier;
  throw new ProtocolError('gs1-unrecognised', 'Only the pattern that ends in * stands for a class', { text });
}

function noTail(text: string, tail: string | undefined, identifier: GS1Identifier): GS1Identifier {
  if (tail === undefined) return identifier;
  throw new ProtocolError('gs1-unrecognised', 'This URN has one component too many', { text });
}

/**
 * Escapes what the EPC Tag Data Standard (table I.3.1-1) does not let stand in a URN, and the space that it does not know
 * but lots may hold.
 */
function escapeUrn(value: string): string {
  return value.replace(/[ "%&/<>?]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
