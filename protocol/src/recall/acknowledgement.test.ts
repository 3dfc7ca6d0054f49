import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { signSign1, typ } from '../cose/sign1.ts';
import { refusalCode } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import {
  type Acknowledgement,
  maxAcknowledgementBytes,
  parseAcknowledgement,
  signAcknowledgement,
  verifyAcknowledgement,
} from './acknowledgement.ts';
import { openItemKey, recallIdSchema } from './records.ts';

const { device: key, stranger } = testKeys;
const channel = 'provenance';
const stated: Acknowledgement = {
  format: 1,
  recallId: 'R-1',
  version: 2,
  mspId: 'RetailMSP',
  by: 'Quality lead',
  note: null,
  statedAtMs: 1_790_000_000_000,
};

const statement = await signAcknowledgement(key.signing, channel, 'app:retail', stated);
const verify = (bytes: Uint8Array, on = channel, by = key) =>
  verifyAcknowledgement(parseAcknowledgement(bytes), on, by.public, by.signing.kid);

/** A statement of any content and type under a good signature. */
function signed(payload: unknown, type: (typeof typ)[keyof typeof typ] = typ.recallAcknowledgement) {
  const content = { typ: type, issuer: 'app:retail', audience: channel, payload: utf8(JSON.stringify(payload)) };
  return signSign1(key.signing, content);
}

test('an acknowledgement says who has taken note of which version', async () => {
  const parsed = parseAcknowledgement(statement);
  expect(parsed).toMatchObject({ signer: 'app:retail', acknowledgement: stated });
  await verify(statement);
});

test.each([
  ['another channel', () => verify(statement, 'settlement'), 'cose-audience'],
  ['another key', () => verify(statement, channel, stranger), 'signature-invalid'],
  ['another type', async () => verify(await signed(stated, typ.capture)), 'cose-type'],
  [
    'no version',
    async () => parseAcknowledgement(await signed({ ...stated, version: 0 })),
    'acknowledgement-malformed',
  ],
  ['nobody', async () => parseAcknowledgement(await signed({ ...stated, by: '' })), 'acknowledgement-malformed'],
  [
    'more than it may',
    async () => parseAcknowledgement(await signed({ ...stated, more: 1 })),
    'acknowledgement-malformed',
  ],
  ['another format', async () => parseAcknowledgement(await signed({ ...stated, format: 2 })), 'version-unknown'],
  ['too much', () => parseAcknowledgement(new Uint8Array(maxAcknowledgementBytes + 1)), 'too-large'],
])('%s is refused', async (_what, run, code) => {
  expect(await refusalCode(run)).toBe(code);
});

test('a recall has a name that no address has a meaning for', () => {
  for (const id of ['R-2026.1', '7', 'a1']) expect(recallIdSchema.safeParse(id).success, id).toBe(true);
  for (const id of ['history', 'evidence', '', '-1', 'a 1', `${'1'.repeat(65)}`]) {
    expect(recallIdSchema.safeParse(id).success, id).toBe(false);
  }
});

test('what is open has one key, and another thing another one', () => {
  const goods = { open: 'goods', place: '9506000100012', item: 'x' } as const;
  const keys = [
    goods,
    { ...goods, item: 'y' },
    { ...goods, place: '9506000100029' },
    { open: 'organisation', mspId: 'x' } as const,
  ];
  expect(new Set(keys.map(openItemKey)).size).toBe(keys.length);
});
