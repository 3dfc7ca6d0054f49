import { type PolicyRules, type Signer, signEnrolment, toBase64Url } from '@hopline/protocol';
import type { OrganisationKeys } from '../auth/organisation-keys.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Ledger } from './ledger.ts';

export interface OrganisationOptions {
  readonly mspId: string;
  readonly name: string;
  readonly companyPrefixes: readonly string[];
}

/** The id of an organisation's application signer, whose key its gateway holds. */
export function applicationSigner(mspId: string): string {
  return `${mspId}/gateway`;
}

/**
 * Puts the organisation with its keys, and its application signer, on the ledger, where they are not there as they
 * should be. Doing it again changes nothing.
 *
 * @param newCode makes the one-time code of the signer's proof; it is given out and used here
 * @throws as `Ledger.submit`; `key-in-use` where the signer is registered with another key than this gateway holds
 */
export async function bootstrapOrganisation(
  ledger: Ledger,
  channel: string,
  options: OrganisationOptions,
  keys: OrganisationKeys,
  newCode: () => string,
): Promise<void> {
  const known = await ledger.evaluate('registry:GetOrganisation', { mspId: options.mspId });
  const registryKey = toBase64Url(keys.registry.publicKey);
  const gatewayKey = toBase64Url(keys.gateway.publicKey);
  if (known?.registryKey !== registryKey || known.gatewayKey !== gatewayKey) {
    // What is on the ledger is newer than the configuration, where both are there; only the keys are this gateway's to say.
    const { schema: _schema, ...stated } = known ?? { schema: 1, ...options };
    const organisation = { ...stated, companyPrefixes: [...stated.companyPrefixes], registryKey, gatewayKey };
    await ledger.submit('registry:PutOrganisation', { organisation });
  }
  await ensureSigner(ledger, channel, options.mspId, keys, newCode);
}

/** Puts the organisation's policy on the ledger, where it has none. A later one on the ledger is newer than a configuration. */
export async function ensurePolicy(ledger: Ledger, mspId: string, rules: PolicyRules | undefined): Promise<void> {
  if (!rules || (await ledger.evaluate('registry:GetPolicy', { mspId }))) return;
  await ledger.submit('registry:PutPolicy', { policy: { mspId, ...rules } });
}

async function ensureSigner(
  ledger: Ledger,
  channel: string,
  mspId: string,
  keys: OrganisationKeys,
  newCode: () => string,
): Promise<void> {
  const subject = applicationSigner(mspId);
  const publicKey = toBase64Url(keys.signer.publicKey);
  const known = await ledger.evaluate('registry:GetSigner', { signer: subject });
  if (known && !known.revoked) {
    if (known.publicKey === publicKey) return;
    throw new GatewayError('key-in-use', 'the application signer is registered with another key', { signer: subject });
  }
  const proof = await signEnrolment(keys.signer, channel, { purpose: 'signer', subject, mspId, code: newCode() });
  const signer: Signer = { signer: subject, mspId, publicKey, places: [] };
  await ledger.submit('registry:EnrolSigner', { proof: toBase64Url(proof), signer });
}
