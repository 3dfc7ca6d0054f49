import { type Bytes, toBase64Url } from '../bytes.ts';
import { vectorMspId, vectorNowMs } from '../conformance/hopline-formats.ts';
import type { VectorKey } from '../conformance/hopline-keys.ts';
import { parseSign1, typ } from '../cose/index.ts';
import { forge } from './forge.ts';
import type { Keys, Originals, Variant } from './variant.ts';
import { vectorDevice } from './vector-inputs.ts';

/** Registry copies, proofs of possession and captures whose signature holds over JSON that must not pass. */
export async function forgedJson(
  { registry, device, stranger, signer }: Keys,
  original: Originals,
): Promise<Variant[]> {
  const copy = jsonOf(original('a copy of the registry'));
  const proof = jsonOf(original('a proof of possession'));
  const copies: [string, object | string][] = [
    ['expired', { ...copy, expiresMs: vectorNowMs }],
    ['for another node', { ...copy, node: '9521321000018/1' }],
    ['format 2', { format: 2, anything: true }],
    ['a field that nobody knows', { ...copy, extra: 1 }],
    ['a negative version', { ...copy, version: -1 }],
    ['not JSON', '{'],
  ];
  const proofs: [string, object, string, VectorKey][] = [
    ['signed for another subject', proof, 'urn:dev:os:32473-2', device],
    ['another’s public key', { ...proof, publicKey: toBase64Url(stranger.public.bytes) }, vectorDevice, device],
    ['a key of small order', { ...proof, publicKey: toBase64Url(new Uint8Array(32)) }, vectorDevice, device],
    ['left-over bits in the key', { ...proof, publicKey: `${'A'.repeat(42)}B` }, vectorDevice, device],
    ['a purpose of nobody', { ...proof, purpose: 'registry' }, vectorDevice, device],
    ['format 2', { ...proof, format: 2 }, vectorDevice, device],
  ];
  const asCopy = async ([name, payload]: [string, object | string]) => ({
    name,
    format: 'registryCopy',
    bytes: await forge({ key: registry, typ: typ.registryCopy, issuer: vectorMspId, payload: jsonText(payload) }),
  });
  const asProof = async ([name, payload, issuer, key]: (typeof proofs)[number]) => ({
    name,
    format: 'enrolment',
    bytes: await forge({ key, typ: typ.enrolment, issuer, payload: jsonText(payload) }),
  });
  const capture = { key: signer, typ: typ.capture, issuer: 'freshhub/erp' } as const;
  return [
    ...(await Promise.all(copies.map(asCopy))),
    {
      name: 'not signed by the pinned key',
      format: 'registryCopy',
      bytes: await forge({ key: stranger, typ: typ.registryCopy, issuer: vectorMspId, payload: jsonText(copy) }),
    },
    ...(await Promise.all(proofs.map(asProof))),
    { name: 'not JSON', format: 'capture', bytes: await forge({ ...capture, payload: '{' }) },
    {
      name: 'not UTF-8',
      format: 'capture',
      bytes: await forge({ ...capture, payload: Uint8Array.of(0x22, 0xc3, 0x28, 0x22) }),
    },
  ];
}

function jsonOf(bytes: Bytes): object {
  return JSON.parse(new TextDecoder().decode(parseSign1(bytes, 'deterministic').payload)) as object;
}

function jsonText(payload: object | string): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload);
}
