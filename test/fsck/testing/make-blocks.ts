import { createHash } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import { configEnvelope, impostors, type Member, organisations, transactionId } from './members.ts';

/** A call of the chaincode that stands in a block. */
export interface Call {
  readonly name: string;
  readonly argument: unknown;
  readonly isValid?: boolean;
  /** Who has endorsed it; by default a majority, and one more whose signature is another's. */
  readonly endorsers?: readonly Member[];
  /** Another client's signature, another id, or endorsements of another proposal. */
  readonly flaw?: 'signature' | 'id' | 'proposal';
}

/** Bytes of blocks as Fabric writes them (fabric-protos), chained from the channel's configuration; one for each list of calls. */
export function makeBlocks(chaincode: string, blocks: readonly (readonly Call[])[]): common.Block[] {
  const chain = [makeBlock(0, Buffer.alloc(0), [configEnvelope()], [true])];
  for (const calls of blocks) {
    const previous = chain.at(-1)?.getHeader() as common.BlockHeader;
    const envelopes = calls.map((call, index) => makeEnvelope(`${chain.length}-${index}`, chaincode, call));
    const valid = calls.map(({ isValid = true }) => isValid);
    chain.push(makeBlock(chain.length, headerHash(previous), envelopes, valid));
  }
  return chain;
}

function makeBlock(number: number, previousHash: Buffer, envelopes: Buffer[], valid: readonly boolean[]): common.Block {
  const header = new common.BlockHeader();
  header.setNumber(number);
  header.setPreviousHash(previousHash);
  header.setDataHash(createHash('sha256').update(Buffer.concat(envelopes)).digest());
  const data = new common.BlockData();
  data.setDataList(envelopes);
  const metadata = new common.BlockMetadata();
  const { VALID, MVCC_READ_CONFLICT } = peer.TxValidationCode;
  const codes = valid.map((isValid) => (isValid ? VALID : MVCC_READ_CONFLICT));
  metadata.setMetadataList([Buffer.of(), Buffer.of(), Buffer.from(codes)]);
  const block = new common.Block();
  block.setHeader(header);
  block.setData(data);
  block.setMetadata(metadata);
  return block;
}

function makeEnvelope(nonce: string, chaincode: string, call: Call): Buffer {
  const { client } = organisations.FreshHubMSP;
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setTxId(call.flaw === 'id' ? 'f'.repeat(64) : transactionId(Buffer.from(nonce), client.serialized));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(client.serialized);
  signatureHeader.setNonce(Buffer.from(nonce));
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());

  const proposal = proposalOf(chaincode, call);
  const asked = call.flaw === 'proposal' ? proposalOf(chaincode, { ...call, argument: 'another' }) : proposal;
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(proposal);
  actionPayload.setAction(endorse([header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), asked], call));
  const action = new peer.TransactionAction();
  action.setHeader(header.getSignatureHeader_asU8());
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);

  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(transaction.serializeBinary());
  const signer = call.flaw === 'signature' ? impostors.FreshHubMSP.client : client;
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  envelope.setSignature(signer.sign(envelope.getPayload_asU8()));
  return Buffer.from(envelope.serializeBinary());
}

function proposalOf(chaincode: string, { name, argument }: Call): Uint8Array {
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
  return proposal.serializeBinary();
}

/** Endorsements of a proposal, whose hash is over its three parts. */
function endorse(parts: readonly Uint8Array[], { endorsers }: Call): peer.ChaincodeEndorsedAction {
  const response = new peer.ProposalResponsePayload();
  response.setProposalHash(createHash('sha256').update(Buffer.concat(parts)).digest());
  const bytes = response.serializeBinary();
  const { GrowersMSP, FreshHubMSP, RetailMSP } = organisations;
  const signed = (member: Member, by = member) => {
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(member.serialized);
    endorsement.setSignature(by.sign(Buffer.concat([bytes, member.serialized])));
    return endorsement;
  };
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(bytes);
  endorsed.setEndorsementsList(
    endorsers
      ? endorsers.map((member) => signed(member))
      : [signed(GrowersMSP.peer), signed(FreshHubMSP.peer), signed(RetailMSP.peer, GrowersMSP.peer)],
  );
  return endorsed;
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
