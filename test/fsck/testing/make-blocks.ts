import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';

/** A call of the chaincode that stands in a block. */
export interface Call {
  readonly name: string;
  readonly argument: unknown;
  readonly isValid?: boolean;
}

/** Bytes of blocks as Fabric writes them (fabric-protos), chained from the first; one for each list of calls. */
export function makeBlocks(chaincode: string, blocks: readonly (readonly Call[])[]): common.Block[] {
  const chain: common.Block[] = [];
  for (const [number, calls] of blocks.entries()) {
    const previous = chain.at(-1)?.getHeader();
    chain.push(makeBlock(number, previous ? headerHash(previous) : Buffer.alloc(0), chaincode, calls));
  }
  return chain;
}

function makeBlock(number: number, previousHash: Buffer, chaincode: string, calls: readonly Call[]): common.Block {
  const envelopes = calls.map((call, index) => makeEnvelope(`${number}-${index}`, chaincode, call));
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setPreviousHash(previousHash);
  header.setDataHash(createHash('sha256').update(Buffer.concat(envelopes)).digest());
  const data = new common.BlockData();
  data.setDataList(envelopes);
  const metadata = new common.BlockMetadata();
  const { VALID, MVCC_READ_CONFLICT } = peer.TxValidationCode;
  const codes = calls.map(({ isValid = true }) => (isValid ? VALID : MVCC_READ_CONFLICT));
  metadata.setMetadataList([Buffer.of(), Buffer.of(), Buffer.from(codes)]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

function makeEnvelope(id: string, chaincode: string, { name, argument }: Call): Buffer {
  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from(name), Buffer.from(JSON.stringify(argument))]);
  const chaincodeId = new peer.ChaincodeID();
  chaincodeId.setName(chaincode);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(chaincodeId);
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  const proposal = new peer.ChaincodeProposalPayload();
  proposal.setInput(invocation.serializeBinary());
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal.serializeBinary());
  actionPayload.setAction(new peer.ChaincodeEndorsedAction());
  const action = new peer.TransactionAction();
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);

  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setTxId(id);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return Buffer.from(envelope.serializeBinary());
}

/** Worked out here once more, for headers of less than 128 bytes in blocks below 128: all lengths are one byte. */
function headerHash(header: common.BlockHeader): Buffer {
  const previous = Buffer.from(header.getPreviousHash_asU8());
  const data = Buffer.from(header.getDataHash_asU8());
  const body = Buffer.concat([
    Buffer.of(0x02, 1, header.getNumber(), 0x04, previous.length),
    previous,
    Buffer.of(0x04, data.length),
    data,
  ]);
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(0x30, body.length), body]))
    .digest();
}
