import { type KeyObject, X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import type { Role } from './certificate-authority.ts';
import { verifyLowS } from './ecdsa.ts';
import { asBuffer, tryDecode } from './proto.ts';

const ROLES: readonly Role[] = ['client', 'peer', 'admin', 'orderer'];

/** Somebody whose certificate chains to the root of one of the channel's organisations. */
export type Identity = {
  mspId: string;
  role: Role;
  /** End of the certificate's validity, milliseconds since 1970. */
  expiresAtMs: number;
  publicKey: KeyObject;
};

export type IdentityVerdict =
  | { ok: true; identity: Identity }
  /** `unknown`: no such organisation, or not a certificate. `invalid`: not a certificate of that organisation. */
  | { ok: false; reason: 'unknown' | 'invalid'; mspId: string };

/** The channel's membership: the organisations' root certificates, and the judgement of identities by them. */
export class Membership {
  readonly #roots: Map<string, X509Certificate>;
  readonly #maxCachedIdentities: number;
  readonly #cache = new Map<string, IdentityVerdict>();

  constructor(organisations: { mspId: string; caCertPem: string }[], maxCachedIdentities: number) {
    this.#roots = new Map(organisations.map((org) => [org.mspId, new X509Certificate(org.caCertPem)]));
    this.#maxCachedIdentities = maxCachedIdentities;
  }

  /**
   * Judges a serialized identity (msp.SerializedIdentity). As in Fabric, the end of validity is not part of this
   * verdict: it is checked where somebody asks for something (a proposal, an event stream), never when an old block is
   * validated.
   */
  identify(serialized: Uint8Array): IdentityVerdict {
    const cacheKey = asBuffer(serialized).toString('latin1');
    const known = this.#cache.get(cacheKey);
    if (known) return known;
    const verdict = this.#judge(serialized);
    if (this.#cache.size >= this.#maxCachedIdentities) this.#cache.clear();
    this.#cache.set(cacheKey, verdict);
    return verdict;
  }

  /** The identity, if it is valid and the signature over the data is its own. */
  async verify(serialized: Uint8Array, data: Uint8Array, signature: Uint8Array): Promise<Identity | undefined> {
    const verdict = this.identify(serialized);
    if (!verdict.ok) return undefined;
    return (await verifyLowS(verdict.identity.publicKey, data, signature)) ? verdict.identity : undefined;
  }

  #judge(serialized: Uint8Array): IdentityVerdict {
    const message = tryDecode(msp.SerializedIdentity, serialized);
    const mspId = message?.getMspid() ?? '';
    const root = this.#roots.get(mspId);
    const certificate = message && parseCertificate(message.getIdBytes_asU8());
    if (!root || !certificate) return { ok: false, reason: 'unknown', mspId };
    const role = roleOf(certificate);
    const { publicKey } = certificate;
    const sound =
      !certificate.ca &&
      role !== undefined &&
      publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1' &&
      certificate.checkIssued(root) &&
      certificate.verify(root.publicKey);
    if (!sound) return { ok: false, reason: 'invalid', mspId };
    return { ok: true, identity: { mspId, role, expiresAtMs: certificate.validToDate.getTime(), publicKey } };
  }
}

function parseCertificate(pem: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** The one role that the subject's organisational units name; undefined where it is none or several. */
function roleOf(certificate: X509Certificate): Role | undefined {
  const units = certificate.subject.split('\n').filter((part) => part.startsWith('OU='));
  const roles = ROLES.filter((role) => units.includes(`OU=${role}`));
  return roles.length === 1 ? roles[0] : undefined;
}
