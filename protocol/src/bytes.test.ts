import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concat, equal, fromBase64Url, fromHex, fromUtf8, sha256, toBase64Url, toHex, utf8 } from './bytes.ts';
import { bytes } from './testing/arbitraries.ts';
import { seeded } from './testing/index.ts';

test('hexadecimal and base64url give the bytes back and agree with Node', () => {
  fc.assert(
    fc.property(bytes(200), (value) => {
      expect(toHex(value)).toBe(Buffer.from(value).toString('hex'));
      expect(fromHex(toHex(value).toUpperCase())).toEqual(value);
      expect(toBase64Url(value)).toBe(Buffer.from(value).toString('base64url'));
      expect(fromBase64Url(toBase64Url(value))).toEqual(value);
    }),
    seeded(),
  );
});

test('a base64url text is taken only when it is the one text of its bytes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_=-]{0,12}$/), (text) => {
      const canonical = Buffer.from(text, 'base64url').toString('base64url') === text;
      if (canonical) expect(toBase64Url(fromBase64Url(text))).toBe(text);
      else expect(() => fromBase64Url(text)).toThrow(TypeError);
    }),
    seeded(300),
  );
});

test('base64url of more than a megabyte', () => {
  const large = new Uint8Array(1_500_001).map((_, index) => index % 251);
  expect(fromBase64Url(toBase64Url(large))).toEqual(large);
});

test.each(['0', 'zz', '0x00', ' 00', '00\n'])('%j is not hexadecimal', (text) => {
  expect(() => fromHex(text)).toThrow(TypeError);
});

test('text is UTF-8 both ways, a byte order mark included, and ill-formed bytes are refused', () => {
  expect(fromUtf8(utf8('\ufeffZürich 水'))).toBe('\ufeffZürich 水');
  expect(() => fromUtf8(Uint8Array.of(0xc3, 0x28))).toThrow(TypeError);
});

test('byte strings are equal when length and all bytes are', () => {
  fc.assert(
    fc.property(bytes(20, 1), fc.nat(), fc.integer({ min: 1, max: 255 }), (value, at, change) => {
      const other = value.slice();
      const index = at % value.length;
      other[index] = (other[index] ?? 0) ^ change;
      expect(equal(value, value.slice())).toBe(true);
      expect(equal(value, other)).toBe(false);
      expect(equal(value, value.slice(1))).toBe(false);
    }),
    seeded(),
  );
});

test('parts are put together in order', () => {
  expect(concat()).toEqual(new Uint8Array(0));
  expect(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3))).toEqual(Uint8Array.of(1, 2, 3));
});

test('SHA-256 agrees with Node, views into a larger buffer included', async () => {
  const view = new Uint8Array(100).map((_, index) => index).subarray(10, 90);
  expect(toHex(await sha256(view))).toBe(createHash('sha256').update(view).digest('hex'));
});
