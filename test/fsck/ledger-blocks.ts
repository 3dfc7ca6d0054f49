import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';

/** A transaction as the ledger holds it: which contract was called, with what, and whether its peers found it valid. */
export interface LedgerTransaction {
  readonly id: string;
  readonly block: number;
  readonly valid: boolean;
  readonly chaincode: string;
  /** `contract:Name` and its arguments, as texts. */
  readonly args: readonly string[];
  readonly endorsers: number;
  readonly bytes: number;
}

export interface LedgerBlock {
  readonly number: number;
  readonly hash: Buffer;
  readonly previousHash: Buffer;
  /** The header's data hash is that of the data in the block. */
  readonly dataHashHolds: boolean;
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
    transactions: data.flatMap((bytes, index) => {
      const transaction = readTransaction(bytes, number, flags[index] === peer.TxValidationCode.VALID);
      return transaction ? [transaction] : [];
    }),
  };
}

function readTransaction(bytes: Uint8Array, block: number, valid: boolean): LedgerTransaction | null {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(
    payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(0),
  );
  if (channelHeader.getType() !== HeaderType.ENDORSER_TRANSACTION) return null;
  const action = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()[0];
  if (!action) return null;
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(actionPayload.getChaincodeProposalPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  return {
    id: channelHeader.getTxId(),
    block,
    valid,
    chaincode: spec?.getChaincodeId()?.getName() ?? '',
    args: (spec?.getInput()?.getArgsList_asU8() ?? []).map((arg) => Buffer.from(arg).toString('utf8')),
    endorsers: actionPayload.getAction()?.getEndorsementsList().length ?? 0,
    bytes: bytes.length,
  };
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
