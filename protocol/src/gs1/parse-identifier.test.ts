import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testSeed } from '../conformance/test-seed.ts';
import {
  canonical,
  canonicalLink,
  checkDigit,
  type GS1Identifier,
  hasCheckDigit,
  parseElementString,
  parseIdentifier,
  parseUrn,
  toApplicationIdentifiers,
  toDigitalLink,
  toElementString,
  toUrn,
} from './index.ts';

fc.configureGlobal({ seed: testSeed() });

const digits = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));
const key = (length: number) => digits(length - 1).map((body) => body + checkDigit(body));
const set82 = [...`!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`];
const text = (maxLength: number, characters: readonly string[] = set82) =>
  fc
    .array(fc.constantFrom(...characters), { minLength: 1, maxLength })
    .map((list) => list.join(''))
    .filter((value) => value.trim() === value && value !== '.' && value !== '..');
const lot = text(20, [...set82, ' ']);
// An extension of 0 says that there is none.
const extension = text(20).filter((value) => value !== '0');
const gtin = key(14);

const identifier: fc.Arbitrary<GS1Identifier> = fc.oneof(
  fc.record({ kind: fc.constant('gtin' as const), gtin }),
  fc.record({ kind: fc.constant('lgtin' as const), gtin, lot }),
  fc.record({ kind: fc.constant('sgtin' as const), gtin, serial: text(20) }),
  fc.record({ kind: fc.constant('sscc' as const), sscc: key(18) }),
  fc.record({ kind: fc.constant('gln' as const), gln: key(13) }),
  fc.record({ kind: fc.constant('sgln' as const), gln: key(13), extension }),
  fc.record({ kind: fc.constant('pgln' as const), gln: key(13) }),
  fc.record({ kind: fc.constant('grai' as const), assetType: key(13), serial: text(16) }),
  fc.record({ kind: fc.constant('grai' as const), assetType: key(13) }),
  fc.record({
    kind: fc.constant('giai' as const),
    giai: fc.tuple(digits(12), text(18)).map(([prefix, reference]) => prefix + reference),
  }),
);

test('every identifier survives its Digital Link, on any domain and through a URL parser', () => {
  fc.assert(
    fc.property(identifier, fc.constantFrom('https://id.gs1.org', 'http://shop.example.com/a/01/b'), (id, origin) => {
      const link = toDigitalLink(id, origin);
      expect(parseIdentifier(link)).toEqual(id);
      expect(parseIdentifier(new URL(link).href)).toEqual(id);
      expect(canonical(`${link}?17=261231`)).toBe(canonicalLink(id));
    }),
  );
});

test('every identifier survives its URN, whatever the length of the company prefix', () => {
  fc.assert(
    fc.property(identifier, fc.integer({ min: 6, max: 12 }), (id, companyPrefixLength) => {
      const urn = toUrn(id, companyPrefixLength);
      expect(urn).toMatch(/^urn:epc:[\x21-\x7e]+$/);
      expect(parseUrn(urn)).toEqual({ identifier: id, companyPrefixLength });
    }),
  );
});

test('every identifier survives its element string', () => {
  fc.assert(
    fc.property(identifier, (id) => {
      expect(parseElementString(toElementString(toApplicationIdentifiers(id)))).toEqual(id);
    }),
  );
});

test('a check digit finds every single wrong digit', () => {
  const mistake = fc.tuple(key(18), fc.integer({ min: 0, max: 17 }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(mistake, ([right, place, shift]) => {
      const digit = (Number(right[place]) + shift) % 10;
      expect(hasCheckDigit(right)).toBe(true);
      expect(hasCheckDigit(right.slice(0, place) + digit + right.slice(place + 1))).toBe(false);
    }),
  );
});

test('any text at all is an identifier or a typed refusal', () => {
  const start = fc.constantFrom('', 'https://id.gs1.org/01/09506000134352/10/', 'urn:epc:id:sgtin:', '(01)');
  fc.assert(
    fc.property(start, fc.string({ unit: 'binary' }), (prefix, rest) => {
      try {
        const id = parseIdentifier(prefix + rest);
        expect(parseIdentifier(toDigitalLink(id))).toEqual(id);
      } catch (error) {
        expect(error).toHaveProperty('name', 'ProtocolError');
      }
    }),
  );
});

test('a URN without the length of the company prefix is refused by name', () => {
  const id = parseIdentifier('https://id.gs1.org/01/09506000134352/10/A');
  for (const length of [undefined, 5, 13, 7.5]) {
    expect(() => toUrn(id, length)).toThrow(expect.objectContaining({ code: 'gs1-company-prefix' }));
  }
});

test('a text longer than any identifier is refused before it is looked at', () => {
  expect(() => parseIdentifier(`https://id.gs1.org/${'a/'.repeat(2000)}`)).toThrow(
    expect.objectContaining({ code: 'too-large' }),
  );
});
