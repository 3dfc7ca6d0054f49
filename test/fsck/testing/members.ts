import { createHash, createPrivateKey, sign } from 'node:crypto';
import { common, msp } from '@hyperledger/fabric-protos';
import { createCertificateAuthority } from '../../../infra/dev-ledger/certificate-authority.ts';

export type MspId = 'GrowersMSP' | 'FreshHubMSP' | 'RetailMSP';
export const mspIds: readonly MspId[] = ['GrowersMSP', 'FreshHubMSP', 'RetailMSP'];

/** Somebody who signs on the ledger: msp.SerializedIdentity, and signatures as Fabric's (ECDSA P-256, SHA-256, DER). */
export interface Member {
  readonly serialized: Buffer;
  readonly certificate: string;
  sign(data: Uint8Array): Buffer;
}

interface Organisation {
  readonly root: string;
  readonly peer: Member;
  readonly client: Member;
}

/** The organisations of a test's ledger, and a second set of the same names that nobody knows. */
export const organisations = await makeOrganisations();
export const impostors = await makeOrganisations();

async function makeOrganisations(): Promise<Readonly<Record<MspId, Organisation>>> {
  const entries = mspIds.map(async (mspId) => {
    const authority = await createCertificateAuthority(mspId, `ca.${mspId}`, Date.now());
    const member = async (role: 'peer' | 'client'): Promise<Member> => {
      const { cert, key } = await authority.issueIdentity(`${role}.${mspId}`, role);
      const identity = new msp.SerializedIdentity();
      identity.setMspid(mspId);
      identity.setIdBytes(Buffer.from(cert));
      const privateKey = createPrivateKey(key);
      const serialized = Buffer.from(identity.serializeBinary());
      return { serialized, certificate: cert, sign: (data) => sign('sha256', data, privateKey) };
    };
    return [mspId, { root: authority.pem.cert, peer: await member('peer'), client: await member('client') }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<MspId, Organisation>;
}

/** The envelope that configures a channel of these organisations, as far as a reader of roots needs it. */
export function configEnvelope(): Buffer {
  const application = new common.ConfigGroup();
  for (const mspId of mspIds) {
    const definition = new msp.FabricMSPConfig();
    definition.setName(mspId);
    definition.setRootCertsList([Buffer.from(organisations[mspId].root)]);
    const config = new msp.MSPConfig();
    config.setConfig(definition.serializeBinary());
    const value = new common.ConfigValue();
    value.setValue(config.serializeBinary());
    const group = new common.ConfigGroup();
    group.getValuesMap().set('MSP', value);
    application.getGroupsMap().set(mspId, group);
  }
  const channel = new common.ConfigGroup();
  channel.getGroupsMap().set('Application', application);
  const config = new common.Config();
  config.setChannelGroup(channel);
  const configuration = new common.ConfigEnvelope();
  configuration.setConfig(config);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(configuration.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return Buffer.from(envelope.serializeBinary());
}

/** A transaction's id by its nonce and creator (Fabric, protoutil/proputils.go). */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return createHash('sha256').update(nonce).update(creator).digest('hex');
}
