import { describe, expect, test } from 'vitest';
import { toBase64Url } from '../bytes.ts';
import { refusalCode } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { maxRegistryCopyBytes, openRegistryCopy, type RegistryCopy, signRegistryCopy } from './registry-copy.ts';

const { registry, stranger, device } = testKeys;
const channel = 'provenance';
const nowMs = 1_763_870_400_000;
const node = '9521321000018/0';

const copy: RegistryCopy = {
  format: 1,
  node,
  version: 42,
  revision: 0,
  issuedMs: nowMs,
  expiresMs: nowMs + 1000,
  devices: [
    {
      device: 'urn:dev:os:32473-1',
      mspId: 'FreshHubMSP',
      publicKey: toBase64Url(device.public.bytes),
      kind: 'probe',
      place: '9521321000018',
      epc: null,
      assignments: [{ node, fromMs: 0, toMs: null }],
      rules: [],
      calibration: null,
      validFromMs: 0,
      validToMs: null,
      credential: null,
    },
  ],
  revocations: [],
  gatewayKeys: [],
};
const expected = { channel, node, key: registry.public, kid: registry.signing.kid, nowMs };

async function codeOf(changed: object, expectation: Partial<typeof expected> = {}): Promise<string | null> {
  const signed = await signRegistryCopy(registry.signing, channel, 'FreshHubMSP', { ...copy, ...changed });
  return refusalCode(() => openRegistryCopy(signed, { ...expected, ...expectation }));
}

describe('a copy of the registry', () => {
  test('opens by the pinned key until it expires', async () => {
    const signed = await signRegistryCopy(registry.signing, channel, 'FreshHubMSP', copy);
    expect(await openRegistryCopy(signed, expected)).toEqual(copy);
    expect(await codeOf({}, { nowMs: copy.expiresMs - 1 })).toBeNull();
    expect(await codeOf({}, { nowMs: copy.expiresMs })).toBe('registry-expired');
  });

  test('does not open by another key, for another channel or for another node', async () => {
    const signed = await signRegistryCopy(stranger.signing, channel, 'FreshHubMSP', copy);
    expect(await refusalCode(() => openRegistryCopy(signed, expected))).toBe('signature-invalid');
    expect(await codeOf({}, { channel: 'settlement' })).toBe('cose-audience');
    expect(await codeOf({}, { node: '9521321000018/1' })).toBe('registry-malformed');
  });

  test.each([
    ['a second field', { extra: true }],
    ['a negative version', { version: -1 }],
    ['a device without assignments', { devices: [{ ...copy.devices[0], assignments: [] }] }],
    ['a device that is no URN', { devices: [{ ...copy.devices[0], device: 'probe' }] }],
    ['a key of 31 bytes', { devices: [{ ...copy.devices[0], publicKey: toBase64Url(new Uint8Array(31)) }] }],
    [
      'a rule without a limit',
      {
        devices: [
          { ...copy.devices[0], rules: [{ id: 'r', stream: '', unit: 'Cel', min: null, max: null, durationMs: 0 }] },
        ],
      },
    ],
  ])('%s is malformed', async (_, change) => {
    expect(await codeOf(change)).toBe('registry-malformed');
  });

  test('another format is named as such, not called malformed', async () => {
    expect(await codeOf({ format: 2, extra: true })).toBe('version-unknown');
  });

  test('is bounded', async () => {
    const large = new Uint8Array(maxRegistryCopyBytes + 1);
    expect(await refusalCode(() => openRegistryCopy(large, expected))).toBe('too-large');
  });
});
