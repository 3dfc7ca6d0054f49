import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { decodeUpload, encodeUpload, maxStatementsPerUpload } from './statement-upload.ts';

test('every upload comes back in its order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ statement: bytes(300), summary: bytes(300) }), { maxLength: maxStatementsPerUpload }),
      (batches) => {
        expect(decodeUpload(encodeUpload(batches))).toEqual(batches);
      },
    ),
    seeded(),
  );
});

test('an upload is bounded', async () => {
  const batch = { statement: new Uint8Array(1), summary: new Uint8Array(1) };
  const upload = encodeUpload(Array.from({ length: maxStatementsPerUpload + 1 }, () => batch));
  expect(await refusalCode(() => decodeUpload(upload))).toBe('too-large');
});
