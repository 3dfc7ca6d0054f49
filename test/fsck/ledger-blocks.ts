import { createHash } from 'node:crypto';
import { common, msp, peer } from '@hyperledger/fabric-protos';

/** A transaction as the ledger holds it: which contract was called, with what, and whether its peers found it valid. */
export interface LedgerTransaction {
  readonly id: string;
  readonly block: number;
  readonly valid: boolean;
  readonly chaincode: string;
  /** `contract:Name` and its arguments, as texts. */
  readonly args: readonly string[];
  readonly bytes: number;
  readonly proof: TransactionProof;
}

/** What a transaction shows for itself: who asked for it, and who says that this is what comes of it. */
export interface TransactionProof {
  /** msp.SerializedIdentity of its client, and its signature over `payload`. */
  readonly creator: Uint8Array;
  readonly nonce: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** SHA-256 over the proposal that the transaction holds, and the one that the endorsers have signed. */
  readonly proposalHash: Buffer;
  readonly endorsedProposalHash: Buffer;
  /** What every endorser signs, with its identity behind it. */
  readonly response: Uint8Array;
  readonly endorsements: readonly { readonly endorser: Uint8Array; readonly signature: Uint8Array }[];
}

export interface LedgerBlock {
  readonly number: number;
  readonly hash: Buffer;
  readonly previousHash: Buffer;
  /** The header's data hash is that of the data in the block. */
  readonly dataHashHolds: boolean;
  /** PEM of each organisation's root certificates by MSP id, where the block configures the channel. */
  readonly roots: ReadonlyMap<string, readonly string[]> | null;
  readonly transactions: readonly LedgerTransaction[];
}

const { BlockMetadataIndex, HeaderType } = common;

/** Takes a block apart and computes its hashes again (Fabric's protoutil: SHA-256 over the header in ASN.1 DER). */
export function readBlock(block: common.Block): LedgerBlock {
  const header = block.getHeader();
  if (!header) throw new Error('a block without a header');
  const number = header.getNumber();
  const data = block.getData()?.getDataList_asU8() ?? [];
  const flags =
    block.getMetadata()?.getMetadataList_asU8()[BlockMetadataIndex.TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  const dataHash = createHash('sha256').update(Buffer.concat(data)).digest();
  return {
    number,
    hash: headerHash(number, header.getPreviousHash_asU8(), header.getDataHash_asU8()),
    previousHash: Buffer.from(header.getPreviousHash_asU8()),
    dataHashHolds: dataHash.equals(Buffer.from(header.getDataHash_asU8())),
    roots: data.map(readRoots).find((roots) => roots !== null) ?? null,
    transactions: data.flatMap((bytes, index) => {
      const transaction = readTransaction(bytes, number, flags[index] === peer.TxValidationCode.VALID);
      return transaction ? [transaction] : [];
    }),
  };
}

function readTransaction(bytes: Uint8Array, block: number, valid: boolean): LedgerTransaction | null {
  const envelope = common.Envelope.deserializeBinary(bytes);
  const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0),
  );
  if (channelHeader.getType() !== HeaderType.ENDORSER_TRANSACTION) return null;
  const signatureHeader = common.SignatureHeader.deserializeBinary(
    payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array(0),
  );
  const action = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()[0];
  if (!action) return null;
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(actionPayload.getChaincodeProposalPayload_asU8());
  const endorsed = actionPayload.getAction();
  const response = endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array(0);
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  return {
    id: channelHeader.getTxId(),
    block,
    valid,
    chaincode: spec?.getChaincodeId()?.getName() ?? '',
    args: (spec?.getInput()?.getArgsList_asU8() ?? []).map((arg) => Buffer.from(arg).toString('utf8')),
    bytes: bytes.length,
    proof: {
      creator: signatureHeader.getCreator_asU8(),
      nonce: signatureHeader.getNonce_asU8(),
      payload: envelope.getPayload_asU8(),
      signature: envelope.getSignature_asU8(),
      // Fabric, protoutil/proputils.go: both headers and the chaincode's input, without transient data.
      proposalHash: createHash('sha256')
        .update(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0))
        .update(action.getHeader_asU8())
        .update(actionPayload.getChaincodeProposalPayload_asU8())
        .digest(),
      endorsedProposalHash: Buffer.from(
        peer.ProposalResponsePayload.deserializeBinary(response).getProposalHash_asU8(),
      ),
      response,
      endorsements: (endorsed?.getEndorsementsList() ?? []).map((endorsement) => ({
        endorser: endorsement.getEndorser_asU8(),
        signature: endorsement.getSignature_asU8(),
      })),
    },
  };
}

/** The channel's organisations and their roots of trust, out of a configuration transaction; `null` for any other. */
function readRoots(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> | null {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const header = payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0);
  if (common.ChannelHeader.deserializeBinary(header).getType() !== HeaderType.CONFIG) return null;
  const config = common.ConfigEnvelope.deserializeBinary(payload.getData_asU8()).getConfig();
  const roots = new Map<string, readonly string[]>();
  config
    ?.getChannelGroup()
    ?.getGroupsMap()
    .get('Application')
    ?.getGroupsMap()
    .forEach((group: common.ConfigGroup) => {
      const value = group.getValuesMap().get('MSP')?.getValue_asU8() ?? new Uint8Array(0);
      const definition = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(value).getConfig_asU8());
      const certificates = definition.getRootCertsList_asU8().map((each) => Buffer.from(each).toString('utf8'));
      roots.set(definition.getName(), certificates);
    });
  return roots.size === 0 ? null : roots;
}

function headerHash(number: number, previousHash: Uint8Array, dataHash: Uint8Array): Buffer {
  const body = Buffer.concat([derInteger(number), derOctets(previousHash), derOctets(dataHash)]);
  return createHash('sha256').update(derElement(0x30, body)).digest();
}

function derInteger(value: number): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  // A leading bit of one would make it negative.
  if (Number.parseInt(hex.slice(0, 2), 16) >= 0x80) hex = `00${hex}`;
  return derElement(0x02, Buffer.from(hex, 'hex'));
}

function derOctets(bytes: Uint8Array): Buffer {
  return derElement(0x04, Buffer.from(bytes));
}

function derElement(tag: number, content: Buffer): Buffer {
  if (content.length >= 0x80) return Buffer.concat([Buffer.of(tag, 0x81, content.length), content]);
  return Buffer.concat([Buffer.of(tag, content.length), content]);
}
