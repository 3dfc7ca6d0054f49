import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolError } from '../error.ts';
import { bytes, text } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { parseSign1, signSign1, typ, verifySign1 } from './sign1.ts';

const { device, stranger } = testKeys;
const types = Object.values(typ);

const content = fc.record(
  {
    typ: fc.constantFrom(...types),
    issuer: text,
    audience: text,
    payload: bytes(70_000),
    id: bytes(12),
    contentType: fc.oneof(fc.nat(), text),
  },
  { requiredKeys: ['typ', 'issuer', 'audience', 'payload'] },
);

test('what was signed is what is read, in either form', async () => {
  await fc.assert(
    fc.asyncProperty(content, fc.constantFrom('deterministic' as const, 'any' as const), async (signed, form) => {
      const message = parseSign1(await signSign1(device.signing, signed), form);
      expect(message.header).toEqual({
        alg: -19,
        typ: signed.typ,
        kid: device.signing.kid,
        issuer: signed.issuer,
        audience: signed.audience,
        id: signed.id ?? null,
        contentType: signed.contentType ?? null,
      });
      expect(Buffer.from(message.payload).equals(signed.payload)).toBe(true);
      await verifySign1(message, { ...signed, key: device.public, kid: device.signing.kid });
    }),
    seeded(50),
  );
});

test('each type is refused as every other one, before anything is verified', async () => {
  for (const signed of types) {
    const bytes = await signSign1(device.signing, {
      typ: signed,
      issuer: 'i',
      audience: 'a',
      payload: new Uint8Array(0),
    });
    const message = parseSign1(bytes, 'deterministic');
    for (const expected of types) {
      const code = await refusalCode(() =>
        verifySign1(message, { typ: expected, audience: 'a', key: device.public, kid: device.signing.kid }),
      );
      expect(code).toBe(expected === signed ? null : 'cose-type');
    }
  }
});

test('type, channel and key are each demanded', async () => {
  const bytes = await signSign1(device.signing, {
    typ: typ.reading,
    issuer: 'i',
    audience: 'a',
    payload: new Uint8Array(9),
  });
  const message = parseSign1(bytes, 'deterministic');
  const right = { typ: typ.reading, audience: 'a', key: device.public, kid: device.signing.kid };
  const code = (wrong: Partial<typeof right>) => refusalCode(() => verifySign1(message, { ...right, ...wrong }));
  expect(await code({})).toBeNull();
  expect(await code({ audience: 'b' })).toBe('cose-audience');
  expect(await code({ kid: stranger.signing.kid })).toBe('signature-invalid');
  expect(await code({ key: stranger.public })).toBe('signature-invalid');
  expect(await code({ key: stranger.public, kid: stranger.signing.kid })).toBe('signature-invalid');
});

test('no changed byte passes: the envelope has one form and all the rest is signed', async () => {
  const bytes = await signSign1(device.signing, {
    typ: typ.reading,
    issuer: 'i',
    audience: 'a',
    payload: new Uint8Array(30),
  });
  const expected = { typ: typ.reading, audience: 'a', key: device.public, kid: device.signing.kid };
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ change;
      expect(await refusalCode(() => verifySign1(parseSign1(changed, 'any'), expected))).not.toBeNull();
    }),
    seeded(300),
  );
});

test('random bytes are refused by name, never by an error of the parser', () => {
  fc.assert(
    fc.property(bytes(200), fc.boolean(), (noise, likely) => {
      const input = likely ? Uint8Array.from([0xd2, 0x84, 0x43, ...noise]) : noise;
      try {
        parseSign1(input, 'any');
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return;
      }
      throw new Error('noise was taken for a message');
    }),
    seeded(500),
  );
});
