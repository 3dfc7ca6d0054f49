import { fromBase64Url, keyThumbprint, sha256 } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { Identity } from '../mqtt/handle-connect.ts';
import type { DeviceRecord, Registry } from './registry.ts';
import { sameSecret } from './same-secret.ts';

const operatorPrefix = 'operator:';
const operatorName = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/;

/**
 * Judges the credentials of a CONNECT. Devices: user name is the device's URN, the password's SHA-256 is in the registry
 * copy. Operators: user name `operator:{name}`, the password is a token of the node's HTTP interface.
 */
export async function identify(
  username: string | undefined,
  password: Uint8Array | undefined,
  config: NodeConfig,
  registry: Registry | null,
  nowMs: number,
): Promise<Identity> {
  if (username === undefined || password === undefined) return { kind: 'bad-credentials' };
  const digest = await sha256(password);
  if (username.startsWith(operatorPrefix)) {
    const name = username.slice(operatorPrefix.length);
    const known = config.apiTokenDigests.some((token) => sameSecret(fromBase64Url(token), digest));
    return known && operatorName.test(name)
      ? { kind: 'known', principal: { kind: 'operator', name } }
      : { kind: 'bad-credentials' };
  }
  if (!registry) return { kind: 'unavailable' };
  const device = registry.device(username);
  const { credential } = device ?? {};
  if (!device || !credential || !sameSecret(fromBase64Url(credential.passwordDigest), digest)) {
    return { kind: 'bad-credentials' };
  }
  if (credential.expiresMs <= nowMs) return { kind: 'bad-credentials' };
  return (await isShutOut(device, registry, nowMs))
    ? { kind: 'not-authorised' }
    : { kind: 'known', principal: { kind: 'device', device: device.device } };
}

/** Whether a device may not connect although its password holds: its key is revoked, or its validity is over. */
export async function isShutOut(device: DeviceRecord, registry: Registry, nowMs: number): Promise<boolean> {
  if (device.validToMs !== null && device.validToMs <= nowMs) return true;
  if (device.publicKey === null || registry.copy.revocations.length === 0) return false;
  return registry.revocation(await keyThumbprint(fromBase64Url(device.publicKey))) !== null;
}

/** Why a device that is connected has to go when a new copy arrives, or `null` where it may stay. */
export async function reasonToGo(
  urn: string,
  before: Registry | null,
  now: Registry,
  nowMs: number,
): Promise<string | null> {
  const device = now.device(urn);
  if (!device?.credential) return 'the device is no longer registered here';
  if (await isShutOut(device, now, nowMs)) return 'the device is revoked or its validity is over';
  const old = before?.device(urn)?.credential;
  return old && old.passwordDigest !== device.credential.passwordDigest ? 'the password was changed' : null;
}
