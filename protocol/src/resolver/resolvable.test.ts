import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDigit, parseDigitalLink, toDigitalLink } from '../gs1/index.ts';
import { isResolverPath, levelsOf, parseResolvable } from './resolvable.ts';

/**
 * Digital Links that GS1's own parser accepts, with what they name (gs1/gs1-syntax-engine, src/c-lib/dl.c, tests of
 * `gs1_parseDLuri`; Apache-2.0), and examples of the GS1 Digital Link URI Syntax standard.
 */
test.each([
  ['http://a/00/006141411234567890', { kind: 'sscc', sscc: '006141411234567890' }],
  ['HTTPS://a/00/006141411234567890', { kind: 'sscc', sscc: '006141411234567890' }],
  ['https://a/stem/00/006141411234567890?', { kind: 'sscc', sscc: '006141411234567890' }],
  ['https://a/stem/00/006141411234567890?99=ABC', { kind: 'sscc', sscc: '006141411234567890' }],
  ['https://a/00/faux/00/006141411234567890', { kind: 'sscc', sscc: '006141411234567890' }],
  ['https://a:65535/01/12312312312333', { kind: 'gtin', gtin: '12312312312333' }],
  ['https://[2001:db8::1]/01/12312312312333', { kind: 'gtin', gtin: '12312312312333' }],
  ['https://a/01/12312312312333?unknown=666&99=ABC&98=XYZ', { kind: 'gtin', gtin: '12312312312333' }],
  [
    'https://a/01/12312312312333/22/TEST/10/ABC/21/XYZ',
    { kind: 'sgtin', gtin: '12312312312333', lot: 'ABC', serial: 'XYZ' },
  ],
  [
    'https://id.gs1.org/01/05412345000013/10/ABC%26%2B123?3103=000189&3923=2172',
    { kind: 'lgtin', gtin: '05412345000013', lot: 'ABC&+123' },
  ],
  ['https://id.gs1.org/414/9520123456788/254/32a%2Fb', { kind: 'sgln', gln: '9520123456788', extension: '32a/b' }],
])('%s is read as GS1 reads it', (link, identifier) => {
  expect(parseDigitalLink(link)).toEqual(identifier);
});

test.each([
  ['no host', 'https:///00/006141411234567890'],
  ['no key', 'http://a/b/'],
  ['no such key', 'https://a/zzz/12312312312333'],
  ['qualifiers in the wrong order', 'https://a/01/12312312312333/21/S1/10/L1'],
  ['a wrong check digit', 'https://a/01/12312312312334'],
  ['a character of no lot', 'https://a/01/12312312312333/10/%7Bbad'],
])('%s is refused', (_what, link) => {
  expect(() => parseDigitalLink(link)).toThrow(expect.objectContaining({ code: expect.stringMatching(/^gs1-/) }));
});

test('paths of lots, items, products, units and places are resolved, with or without a slash at the end', () => {
  expect(parseResolvable('/01/09521002002003/10/L%2F1/')).toEqual({
    kind: 'lgtin',
    gtin: '09521002002003',
    lot: 'L/1',
  });
  expect(parseResolvable('/414/9520123456788')).toEqual({ kind: 'gln', gln: '9520123456788' });
  expect(isResolverPath('/01/09521002002003')).toBe(true);
  for (const path of ['/', '/api/lots', '/assets/app-1a2b3c.js', '/recalls', '/8003/x', '/page/01/09521002002003']) {
    expect(isResolverPath(path)).toBe(false);
  }
});

test('an item is also of its lot and its product, a place inside a place is of that', () => {
  const item = parseResolvable('/01/12312312312333/10/ABC/21/XYZ');
  expect(levelsOf(item).map((level) => toDigitalLink(level, ''))).toEqual([
    '/01/12312312312333/10/ABC/21/XYZ',
    '/01/12312312312333/10/ABC',
    '/01/12312312312333',
  ]);
  expect(levelsOf(parseResolvable('/414/9520123456788/254/1')).map(({ kind }) => kind)).toEqual(['sgln', 'gln']);
});

/**
 * A GTIN compressed as GS1 Digital Link: Compression 1.0 says it: the digits of the key as two times four bits, the 14
 * digits as a number of 47 bits, in base64url of as many characters as that takes.
 */
function compressedGtin(gtin: string): string {
  const bits = `00000001${BigInt(gtin).toString(2).padStart(47, '0')}`;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return (bits.padEnd(60, '0').match(/.{6}/g) ?? []).map((six) => alphabet[Number.parseInt(six, 2)]).join('');
}

test('a compressed link is refused by name', () => {
  // The toolkit's own example (gs1/GS1DigitalLinkToolkit.js) for GTIN 09780345418913.
  expect(compressedGtin('09780345418913')).toBe('ARHKVAdpQg');
  const seed = Number(process.env.HOPLINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`HOPLINE_SEED=${seed}`);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), (body) => {
      const thirteen = String(body).padStart(13, '0');
      const path = `/${compressedGtin(thirteen + checkDigit(thirteen))}`;
      expect(isResolverPath(path)).toBe(true);
      expect(() => parseResolvable(path)).toThrow(expect.objectContaining({ code: 'gs1-compressed' }));
    }),
    { seed },
  );
  expect(() => parseResolvable('/01/12312312312333/AbCdEf12_-')).toThrow(
    expect.objectContaining({ code: 'gs1-compressed' }),
  );
});
