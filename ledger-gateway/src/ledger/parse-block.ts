import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import type { BlockFacts, TransactionFacts } from './block-facts.ts';
import { timestampToMs } from './protos.ts';

const { rwset } = ledger;

/**
 * Reads a block as a peer delivers it: envelopes → transactions → the chaincode's arguments and writes, and the peer's
 * findings from the block's metadata. The peer has checked signatures and endorsements; its findings are believed here,
 * because it is the organisation's own peer.
 *
 * @throws Error where the block is not of Fabric's form: it can't have come from a peer
 */
export function parseBlock(block: common.Block, chaincode: string): BlockFacts {
  const number = block.getHeader()?.getNumber();
  if (number === undefined) throw new Error('a block without a header');
  const codes = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER];
  const envelopes = block.getData()?.getDataList_asU8() ?? [];
  return {
    number,
    transactions: envelopes.map((bytes, position) =>
      parseEnvelope(bytes, position, codes?.[position] ?? peer.TxValidationCode.NOT_VALIDATED, chaincode),
    ),
  };
}

function parseEnvelope(bytes: Uint8Array, position: number, code: number, chaincode: string): TransactionFacts {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
  const header = payload.getHeader();
  const channelHeader = common.ChannelHeader.deserializeBinary(header?.getChannelHeader_asU8() ?? new Uint8Array());
  const signatureHeader = common.SignatureHeader.deserializeBinary(
    header?.getSignatureHeader_asU8() ?? new Uint8Array(),
  );
  const facts = {
    position,
    id: channelHeader.getTxId(),
    code,
    timeMs: timestampToMs(channelHeader.getTimestamp()),
    mspId: msp.SerializedIdentity.deserializeBinary(signatureHeader.getCreator_asU8()).getMspid(),
  };
  const nothing = { ...facts, name: '', argument: '', writes: [] };
  // What a peer found invalid may be malformed as well, and has no effect in any case.
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION || code !== peer.TxValidationCode.VALID) {
    return nothing;
  }
  const action = parseAction(payload.getData_asU8(), chaincode);
  return action ? { ...facts, ...action } : nothing;
}

type Action = Pick<TransactionFacts, 'name' | 'argument' | 'writes'>;

function parseAction(data: Uint8Array, chaincode: string): Action | null {
  const [first] = peer.Transaction.deserializeBinary(data).getActionsList();
  if (!first) return null;
  const payload = peer.ChaincodeActionPayload.deserializeBinary(first.getPayload_asU8());
  const proposal = peer.ChaincodeProposalPayload.deserializeBinary(payload.getChaincodeProposalPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(proposal.getInput_asU8()).getChaincodeSpec();
  if (spec?.getChaincodeId()?.getName() !== chaincode) return null;
  const [name = '', argument = ''] = (spec.getInput()?.getArgsList_asU8() ?? []).map(text);
  const response = peer.ProposalResponsePayload.deserializeBinary(
    payload.getAction()?.getProposalResponsePayload_asU8() ?? new Uint8Array(),
  );
  const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
  return { name, argument, writes: writesOf(results, chaincode) };
}

function writesOf(results: Uint8Array, chaincode: string): Action['writes'] {
  return rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .filter((set) => set.getNamespace() === chaincode)
    .flatMap((set) => rwset.kvrwset.KVRWSet.deserializeBinary(set.getRwset_asU8()).getWritesList())
    .map((write) => ({ key: write.getKey(), value: write.getIsDelete() ? null : text(write.getValue_asU8()) }));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
