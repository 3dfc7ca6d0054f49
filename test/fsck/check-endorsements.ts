import { createHash, verify, X509Certificate } from 'node:crypto';
import { msp } from '@hyperledger/fabric-protos';
import type { Fault } from './fault.ts';
import type { LedgerTransaction } from './ledger-blocks.ts';

/** How much was verified, for the report. */
export interface EndorsementCounts {
  readonly transactions: number;
  /** Signatures of clients and of endorsing peers that hold. */
  readonly signatures: number;
  readonly organisations: number;
  /** Organisations whose peers must have endorsed: the majority. */
  readonly required: number;
}

/** Somebody whose certificate an organisation's root has issued. */
interface Signer {
  readonly mspId: string;
  readonly units: readonly string[];
  readonly certificate: X509Certificate;
}

/**
 * Verifies the signatures of transactions against the organisations' root certificates, as the channel's configuration in
 * the blocks gives them: the client's, and those of endorsing peers (ECDSA over the response and the endorser's identity), which a
 * majority of the organisations must have given for this very proposal. Whether a certificate had expired is not asked: blocks
 * are judged as of their own time, which nobody proves.
 */
export class EndorsementCheck {
  readonly #roots = new Map<string, readonly X509Certificate[]>();
  readonly #signers = new Map<string, Signer | null>();
  #transactions = 0;
  #signatures = 0;

  /** Takes the roots of a block that configures the channel; they count from there on. */
  configure(roots: ReadonlyMap<string, readonly string[]>): void {
    this.#roots.clear();
    this.#signers.clear();
    for (const [mspId, certificates] of roots) {
      this.#roots.set(
        mspId,
        certificates.map((pem) => new X509Certificate(pem)),
      );
    }
  }

  get counts(): EndorsementCounts {
    const organisations = this.#roots.size;
    return {
      transactions: this.#transactions,
      signatures: this.#signatures,
      organisations,
      required: Math.floor(organisations / 2) + 1,
    };
  }

  /** What is wrong with the signatures of a transaction that the peer calls valid. */
  take({ id, proof }: LedgerTransaction): Fault[] {
    this.#transactions++;
    const faults: Fault[] = [];
    // Fabric, protoutil/proputils.go: the id is the SHA-256 of nonce and creator.
    const rightId = createHash('sha256').update(proof.nonce).update(proof.creator).digest('hex');
    if (rightId !== id) faults.push({ code: 'transaction-id', detail: id });
    if (!this.#signed(proof.creator, proof.payload, proof.signature)) {
      faults.push({ code: 'transaction-signature', detail: id });
    }
    if (!proof.proposalHash.equals(proof.endorsedProposalHash)) {
      faults.push({ code: 'endorsement-proposal', detail: id });
    }
    const endorsed = new Set<string>();
    for (const { endorser, signature } of proof.endorsements) {
      const signer = this.#signed(endorser, Buffer.concat([proof.response, endorser]), signature);
      if (signer?.units.includes('peer')) endorsed.add(signer.mspId);
    }
    const { required } = this.counts;
    if (endorsed.size < required) {
      faults.push({ code: 'endorsement-policy', detail: `${id}: ${endorsed.size} of ${required} organisations` });
    }
    return faults;
  }

  /** Whether an organisation's root has issued this certificate (PEM). */
  knows(mspId: string, certificate: string): boolean {
    return this.#issuedBy(mspId, new X509Certificate(certificate));
  }

  /** Who signed the data; `null` where the signature does not hold or nobody vouches for the signer. */
  #signed(identity: Uint8Array, data: Uint8Array, signature: Uint8Array): Signer | null {
    const signer = this.#signerOf(identity);
    if (!signer || !verify('sha256', data, signer.certificate.publicKey, signature)) return null;
    this.#signatures++;
    return signer;
  }

  #signerOf(identity: Uint8Array): Signer | null {
    const key = Buffer.from(identity).toString('base64');
    const known = this.#signers.get(key);
    if (known !== undefined) return known;
    const signer = this.#judge(identity);
    this.#signers.set(key, signer);
    return signer;
  }

  #judge(identity: Uint8Array): Signer | null {
    try {
      const parsed = msp.SerializedIdentity.deserializeBinary(identity);
      const certificate = new X509Certificate(parsed.getIdBytes_asU8());
      const mspId = parsed.getMspid();
      if (certificate.ca || !this.#issuedBy(mspId, certificate)) return null;
      const units = certificate.subject.split('\n').flatMap((part) => (part.startsWith('OU=') ? [part.slice(3)] : []));
      return { mspId, units, certificate };
    } catch {
      // What is no certificate vouches for nothing.
      return null;
    }
  }

  #issuedBy(mspId: string, certificate: X509Certificate): boolean {
    return (this.#roots.get(mspId) ?? []).some(
      (root) => certificate.checkIssued(root) && certificate.verify(root.publicKey),
    );
  }
}
