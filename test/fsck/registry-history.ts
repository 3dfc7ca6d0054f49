import {
  type Enrolment,
  fromBase64Url,
  importPublicKey,
  keyThumbprint,
  openEnrolment,
  type PublicKey,
  type Purpose,
  toBase64Url,
} from '@hopline/protocol';
import { z } from 'zod';
import type { Fault } from './fault.ts';
import type { LedgerTransaction } from './ledger-blocks.ts';

/** A key as it was enrolled, with its thumbprint. */
export interface EnrolledKey {
  readonly key: PublicKey;
  readonly kid: string;
}

const edgeNodeArgument = z.object({ proof: z.string() });
const deviceArgument = z.object({ proof: z.string().nullable(), device: z.object({ device: z.string() }) });
const revocationArgument = z.object({ revocation: z.object({ kid: z.string() }) });

/**
 * The keys of edge nodes and devices as the ledger's own transactions enrolled them, not as anybody tells them. Taken in
 * the ledger's order, so that a statement is judged by the key that its node had just then: anchoring reads the node's
 * record, and a transaction that was endorsed before a new enrolment and ordered after it is not valid.
 */
export class RegistryHistory {
  /** The key of each edge node as of the last transaction taken. */
  readonly nodes = new Map<string, EnrolledKey>();
  /** Every key that a device ever had: its earlier readings stay valid. */
  readonly devices = new Map<string, EnrolledKey[]>();
  /** Thumbprints of revoked keys. */
  readonly revoked = new Set<string>();

  /** Takes a valid transaction; those that are about no key are passed over. Returns what is wrong with its proof. */
  async take(transaction: LedgerTransaction, channel: string): Promise<Fault[]> {
    const [name, argument = ''] = transaction.args;
    try {
      if (name === 'registry:EnrolEdgeNode') {
        const { proof } = edgeNodeArgument.parse(JSON.parse(argument));
        const enrolment = await openProof(proof, channel, 'edge-node');
        this.nodes.set(enrolment.subject, await enrolled(enrolment.publicKey));
      }
      if (name === 'registry:EnrolDevice') {
        const { proof, device } = deviceArgument.parse(JSON.parse(argument));
        if (proof === null) return [];
        const enrolment = await openProof(proof, channel, 'device', device.device);
        const known = this.devices.get(device.device) ?? [];
        this.devices.set(device.device, [...known, await enrolled(enrolment.publicKey)]);
      }
      if (name === 'registry:Revoke') {
        this.revoked.add(revocationArgument.parse(JSON.parse(argument)).revocation.kid);
      }
      return [];
    } catch (error) {
      return [{ code: 'enrolment-proof', detail: `${name} in ${transaction.id}: ${(error as Error).message}` }];
    }
  }
}

async function openProof(proof: string, channel: string, purpose: Purpose, subject?: string): Promise<Enrolment> {
  const enrolment = await openEnrolment(fromBase64Url(proof), channel);
  if (enrolment.purpose !== purpose || (subject !== undefined && enrolment.subject !== subject)) {
    throw new Error(`the proof is for the ${enrolment.purpose} ${enrolment.subject}`);
  }
  return enrolment;
}

async function enrolled(publicKey: string): Promise<EnrolledKey> {
  const key = await importPublicKey(fromBase64Url(publicKey));
  return { key, kid: toBase64Url(await keyThumbprint(key.bytes)) };
}
