import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { signSign1, typ } from '../cose/sign1.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { maxCaptureBytes, parseCapture, signCapture, verifyCapture } from './capture-statement.ts';

const { signer: key, stranger } = testKeys;

test('every document comes back, signed by its signer only', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), async (document) => {
      const signed = await signCapture(key.signing, 'provenance', 'freshhub/erp', document);
      const capture = parseCapture(signed);
      expect(capture.signer).toBe('freshhub/erp');
      expect(JSON.stringify(capture.document)).toBe(JSON.stringify(document));
      await verifyCapture(capture, 'provenance', key.public, key.signing.kid);
      const wrongKey = () => verifyCapture(capture, 'provenance', stranger.public, stranger.signing.kid);
      expect(await refusalCode(wrongKey)).toBe('signature-invalid');
      const wrongChannel = () => verifyCapture(capture, 'settlement', key.public, key.signing.kid);
      expect(await refusalCode(wrongChannel)).toBe('cose-audience');
    }),
    seeded(30),
  );
});

test('a capture is bounded', async () => {
  const signed = await signCapture(key.signing, 'provenance', 'freshhub/erp', 'x'.repeat(maxCaptureBytes));
  expect(await refusalCode(() => parseCapture(signed))).toBe('too-large');
});

test('what is signed has one meaning', async () => {
  const sign = (payload: string) =>
    signSign1(key.signing, {
      typ: typ.capture,
      issuer: 'freshhub/erp',
      audience: 'provenance',
      contentType: 'application/ld+json',
      payload: utf8(payload),
    });
  expect(parseCapture(await sign('{"a":1}')).document).toEqual({ a: 1 });
  for (const payload of ['{"a":1,"a":2}', '{"a":', '']) {
    expect(await refusalCode(async () => parseCapture(await sign(payload)))).toBe('capture-malformed');
  }
});
