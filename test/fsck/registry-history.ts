import {
  fromBase64Url,
  importPublicKey,
  keyThumbprint,
  openEnrolment,
  type PublicKey,
  toBase64Url,
} from '@hopline/protocol';
import { z } from 'zod';
import type { LedgerTransaction } from './ledger-blocks.ts';

/** A key as it was enrolled, with its thumbprint. */
export interface EnrolledKey {
  readonly key: PublicKey;
  readonly kid: string;
}

const edgeNodeArgument = z.object({ proof: z.string() });
const deviceArgument = z.object({ proof: z.string().nullable(), device: z.object({ device: z.string() }) });

/** The keys of edge nodes and devices as the ledger's own transactions enrolled them, not as anybody tells them. */
export class RegistryHistory {
  /** The key of each edge node as of the last transaction taken; earlier statements were checked by earlier keys. */
  readonly nodes = new Map<string, EnrolledKey>();
  readonly devices = new Map<string, EnrolledKey[]>();

  /** Takes a valid transaction; those that enrol nothing are passed over. Throws where a proof does not hold. */
  async take(transaction: LedgerTransaction, channel: string): Promise<void> {
    const [name, argument = ''] = transaction.args;
    if (name === 'registry:EnrolEdgeNode') {
      const enrolment = await openEnrolment(fromBase64Url(edgeNodeArgument.parse(JSON.parse(argument)).proof), channel);
      this.nodes.set(enrolment.subject, await enrolled(enrolment.publicKey));
    }
    if (name === 'registry:EnrolDevice') {
      const { proof, device } = deviceArgument.parse(JSON.parse(argument));
      if (proof === null) return;
      const enrolment = await openEnrolment(fromBase64Url(proof), channel);
      this.devices.set(device.device, [
        ...(this.devices.get(device.device) ?? []),
        await enrolled(enrolment.publicKey),
      ]);
    }
  }
}

async function enrolled(publicKey: string): Promise<EnrolledKey> {
  const key = await importPublicKey(fromBase64Url(publicKey));
  return { key, kid: toBase64Url(await keyThumbprint(key.bytes)) };
}
