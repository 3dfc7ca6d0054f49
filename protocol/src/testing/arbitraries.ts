import fc from 'fast-check';
import type { Bytes } from '../bytes.ts';
import type { CborValue } from '../cbor.ts';

/** Byte strings up to a length. */
export function bytes(maxLength: number, minLength = 0): fc.Arbitrary<Bytes> {
  return fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array));
}

/** Well-formed text without U+FFFD, which stands for ill-formed text. */
export const text: fc.Arbitrary<string> = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((s) => s.replaceAll('\ufffd', ''));

const key = fc.oneof(fc.integer({ min: -300, max: 70_000 }), fc.string({ unit: 'grapheme', maxLength: 8 }));

/** Values of our own CBOR, a few levels deep. */
export const cborValue: fc.Arbitrary<CborValue> = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
    text,
    fc.boolean(),
    fc.constant(null),
    bytes(40),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 6, selector: ([name]) => name })
      .map((entries) => new Map(entries)),
  ),
})).value;
