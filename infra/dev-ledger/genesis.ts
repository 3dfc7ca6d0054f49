import { common, msp, orderer as ordererProtos } from '@hyperledger/fabric-protos';
import type { DevLedgerConfig } from './config.ts';
import type { OrganisationFolder, SigningIdentity } from './organisation-folder.ts';
import { encode, timestampFromMs } from './proto.ts';

const FABRIC_MSP = 0;

/**
 * The transaction of block 0: the channel's configuration in Fabric's form, with each organisation's root certificate and
 * the orderer's, so that a reader of the blocks alone can check every signature in them. Policies are left out: the dev
 * ledger's are in its configuration and a channel configuration that named them would claim more than it does.
 */
export async function genesisEnvelope(
  config: DevLedgerConfig,
  organisations: OrganisationFolder[],
  ordererOrganisation: OrganisationFolder,
  now: number,
  nonce: Uint8Array,
): Promise<Buffer> {
  const channelGroup = new common.ConfigGroup();
  channelGroup.getGroupsMap().set('Application', groupOf(organisations));
  const ordererGroup = groupOf([ordererOrganisation]);
  setOrdererValues(ordererGroup, config);
  channelGroup.getGroupsMap().set('Orderer', ordererGroup);
  const channelConfig = new common.Config();
  channelConfig.setChannelGroup(channelGroup);
  const configEnvelope = new common.ConfigEnvelope();
  configEnvelope.setConfig(channelConfig);
  return sign(configEnvelope, config.channel, ordererOrganisation.node, now, nonce);
}

/** The channel and the root certificates by MSP id that a genesis envelope states. */
export function readGenesis(envelope: Uint8Array): { channel: string; roots: Map<string, string> } {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array();
  const channelConfig = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const application = channelConfig?.getChannelGroup()?.getGroupsMap().get('Application');
  const roots = new Map<string, string>();
  application?.getGroupsMap().forEach((group: common.ConfigGroup, mspId: string) => {
    const value = group.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array();
    const definition = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
    roots.set(mspId, Buffer.concat(definition.getRootCertsList_asU8()).toString());
  });
  return { channel: common.ChannelHeader.deserializeBinary(header).getChannelId(), roots };
}

function groupOf(organisations: OrganisationFolder[]): common.ConfigGroup {
  const group = new common.ConfigGroup();
  for (const { mspId, caCertPem } of organisations) {
    const definition = new msp.FabricMSPConfig();
    definition.setName(mspId);
    definition.setRootCertsList([Buffer.from(caCertPem)]);
    definition.setFabricNodeOus(nodeOus());
    const mspConfig = new msp.MSPConfig();
    mspConfig.setType(FABRIC_MSP);
    mspConfig.setConfig(encode(definition));
    const organisationGroup = new common.ConfigGroup();
    organisationGroup.getValuesMap().set('MSP', configValue(encode(mspConfig)));
    group.getGroupsMap().set(mspId, organisationGroup);
  }
  return group;
}

function nodeOus(): msp.FabricNodeOUs {
  const unit = (name: string) => {
    const identifier = new msp.FabricOUIdentifier();
    identifier.setOrganizationalUnitIdentifier(name);
    return identifier;
  };
  const ous = new msp.FabricNodeOUs();
  ous.setEnable(true);
  ous.setClientOuIdentifier(unit('client'));
  ous.setPeerOuIdentifier(unit('peer'));
  ous.setAdminOuIdentifier(unit('admin'));
  ous.setOrdererOuIdentifier(unit('orderer'));
  return ous;
}

function setOrdererValues(group: common.ConfigGroup, { orderer, limits }: DevLedgerConfig): void {
  const consensus = new ordererProtos.ConsensusType();
  consensus.setType('solo');
  const size = new ordererProtos.BatchSize();
  size.setMaxMessageCount(orderer.maxTransactionsPerBlock);
  size.setAbsoluteMaxBytes(limits.maxTransactionBytes);
  size.setPreferredMaxBytes(orderer.maxBlockBytes);
  const timeout = new ordererProtos.BatchTimeout();
  timeout.setTimeout(`${orderer.batchTimeoutMs}ms`);
  group.getValuesMap().set('ConsensusType', configValue(encode(consensus)));
  group.getValuesMap().set('BatchSize', configValue(encode(size)));
  group.getValuesMap().set('BatchTimeout', configValue(encode(timeout)));
}

function configValue(bytes: Buffer): common.ConfigValue {
  const value = new common.ConfigValue();
  value.setValue(bytes);
  return value;
}

async function sign(
  configEnvelope: common.ConfigEnvelope,
  channel: string,
  signer: SigningIdentity,
  now: number,
  nonce: Uint8Array,
): Promise<Buffer> {
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG);
  channelHeader.setChannelId(channel);
  channelHeader.setTimestamp(timestampFromMs(now));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(signer.serialized);
  signatureHeader.setNonce(nonce);
  const header = new common.Header();
  header.setChannelHeader(encode(channelHeader));
  header.setSignatureHeader(encode(signatureHeader));
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(encode(configEnvelope));
  const envelope = new common.Envelope();
  envelope.setPayload(encode(payload));
  envelope.setSignature(await signer.sign(envelope.getPayload_asU8()));
  return encode(envelope);
}
