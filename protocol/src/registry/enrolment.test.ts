import { expect, test } from 'vitest';
import { sha256, toBase64Url, utf8 } from '../bytes.ts';
import { signSign1, typ } from '../cose/sign1.ts';
import { refusalCode } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { type Enrolment, enrolmentCodeDigest, maxEnrolmentBytes, openEnrolment, signEnrolment } from './enrolment.ts';

const { device: key, stranger } = testKeys;
const channel = 'provenance';
const request = { purpose: 'device', subject: 'urn:dev:os:32473-1', mspId: 'FreshHubMSP', code: 'ONE-TIME' } as const;
const proven: Enrolment = {
  format: 1,
  purpose: request.purpose,
  subject: request.subject,
  mspId: request.mspId,
  publicKey: toBase64Url(key.signing.publicKey),
  codeDigest: toBase64Url(await sha256(utf8(request.code))),
};

/** A proof that the key signs itself, whatever it says. */
async function proofOf(changed: object, signer = key, issuer: string = request.subject): Promise<Uint8Array> {
  const payload = utf8(JSON.stringify({ ...proven, ...changed }));
  return signSign1(signer.signing, { typ: typ.enrolment, issuer, audience: channel, payload });
}

test('a proof binds key, purpose, subject, organisation and code', async () => {
  expect(await openEnrolment(await signEnrolment(key.signing, channel, request), channel)).toEqual(proven);
});

test('each of them changes the proof', async () => {
  const changes = [
    { purpose: 'signer' as const },
    { subject: 'urn:dev:os:32473-2' },
    { mspId: 'GrowersMSP' },
    { code: 'OTHER' },
  ];
  const proofs = await Promise.all(
    [{}, ...changes].map((change) => signEnrolment(key.signing, channel, { ...request, ...change })),
  );
  expect(new Set(proofs.map(toBase64Url)).size).toBe(proofs.length);
  const opened = await Promise.all(proofs.slice(1).map((proof) => openEnrolment(proof, channel)));
  expect(opened.map(({ purpose, subject, mspId, codeDigest }) => [purpose, subject, mspId, codeDigest])).toEqual([
    ['signer', proven.subject, proven.mspId, proven.codeDigest],
    ['device', 'urn:dev:os:32473-2', proven.mspId, proven.codeDigest],
    ['device', proven.subject, 'GrowersMSP', proven.codeDigest],
    ['device', proven.subject, proven.mspId, await enrolmentCodeDigest('OTHER')],
  ]);
});

test('nobody proves a key that is not theirs', async () => {
  const borrowed = await proofOf({ publicKey: toBase64Url(stranger.signing.publicKey) });
  expect(await refusalCode(() => openEnrolment(borrowed, channel))).toBe('signature-invalid');
});

test('the header’s subject and the payload’s are one', async () => {
  const proof = await proofOf({}, key, 'urn:dev:os:32473-2');
  expect(await refusalCode(() => openEnrolment(proof, channel))).toBe('enrolment-malformed');
});

test.each([
  ['a purpose of nobody', { purpose: 'gateway' }],
  ['an empty subject', { subject: '' }],
  ['a key with left-over bits', { publicKey: `${proven.publicKey.slice(0, -1)}B` }],
  ['the code itself', { code: 'ONE-TIME' }],
])('%s is malformed', async (_, change) => {
  const proof = await proofOf(change);
  expect(await refusalCode(() => openEnrolment(proof, channel))).toBe('enrolment-malformed');
});

test('another channel and a proof too large are refused', async () => {
  const proof = await signEnrolment(key.signing, channel, request);
  expect(await refusalCode(() => openEnrolment(proof, 'settlement'))).toBe('cose-audience');
  expect(await refusalCode(() => openEnrolment(new Uint8Array(maxEnrolmentBytes + 1), channel))).toBe('too-large');
});
