import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { type CborValue, decodeCbor, decodeDeterministicCbor, encodeCbor } from './cbor.ts';
import { ProtocolError } from './error.ts';
import { bytes, cborValue } from './testing/arbitraries.ts';
import { refusalCode, seeded } from './testing/index.ts';

describe('deterministic CBOR', () => {
  test('every value comes back, through either decoder', () => {
    fc.assert(
      fc.property(cborValue, (value) => {
        const encoded = encodeCbor(value);
        expect(decodeDeterministicCbor(encoded)).toEqual(value);
        expect(decodeCbor(encoded)).toEqual(value);
      }),
      seeded(300),
    );
  });

  test('the order in which a map was filled does not show', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 5 }), fc.integer(), { maxKeys: 8 }), (object) => {
        const entries: [string, CborValue][] = Object.entries(object);
        expect(encodeCbor(new Map(entries))).toEqual(encodeCbor(new Map(entries.reverse())));
      }),
      seeded(),
    );
  });

  test('what the deterministic decoder takes, encodes to itself; anything else is refused by name', () => {
    fc.assert(
      fc.property(fc.oneof(bytes(12), cborValue.map(encodeCbor).chain(mutated)), (input) => {
        try {
          expect(toHex(encodeCbor(decodeDeterministicCbor(input)))).toBe(toHex(input));
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
          expect(['cbor-malformed', 'cbor-not-deterministic']).toContain(error.code);
        }
      }),
      seeded(1000),
    );
  });

  test('depth is bounded long before any stack is', async () => {
    const deep = (levels: number) => Uint8Array.from([...new Array<number>(levels).fill(0x81), 0x00]);
    expect(decodeDeterministicCbor(deep(16))).toBeInstanceOf(Array);
    expect(await refusalCode(() => decodeDeterministicCbor(deep(17)))).toBe('cbor-malformed');
    expect(await refusalCode(() => decodeCbor(deep(100_000)))).toBe('cbor-malformed');
  });

  test('a length that the input does not have takes no memory', async () => {
    const claimsFourGigabytes = Uint8Array.of(0x5a, 0xff, 0xff, 0xff, 0xff);
    const claimsFourBillionItems = Uint8Array.of(0x9a, 0xff, 0xff, 0xff, 0xff);
    expect(await refusalCode(() => decodeCbor(claimsFourGigabytes))).toBe('cbor-malformed');
    expect(await refusalCode(() => decodeCbor(claimsFourBillionItems))).toBe('cbor-malformed');
  });
});

function mutated(encoded: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.nat(encoded.length), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
    const changed = encoded.slice();
    changed[Math.min(at, changed.length - 1)] = byte;
    return changed;
  });
}
