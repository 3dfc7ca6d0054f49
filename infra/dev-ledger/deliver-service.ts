import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { common, orderer, peer } from '@hyperledger/fabric-protos';
import { checkReader, type ReadAccess } from './access.ts';
import { codesOf, envelopesOf } from './block.ts';
import { asRpcError, CallLimiter } from './call-limiter.ts';
import type { DevLedgerConfig } from './config.ts';
import { cancellation, writeWithBackpressure } from './event-stream.ts';
import type { Ledger } from './ledger.ts';
import { timestampToMs } from './proto.ts';
import { RpcError, toServiceError } from './rpc-error.ts';
import { parseTransaction } from './transaction.ts';

const { SUCCESS, BAD_REQUEST, FORBIDDEN, NOT_FOUND } = common.Status;
type DeliverStatus = common.StatusMap[keyof common.StatusMap];
type Stream = ServerDuplexStream<common.Envelope, peer.DeliverResponse>;

type Dependencies = {
  config: DevLedgerConfig;
  ledger: Ledger;
  readAccess: ReadAccess;
  log: (line: string) => void;
};

/** A request that is refused with a status of the protocol, as the last message of its answer. */
class Refusal extends Error {
  readonly status: DeliverStatus;

  constructor(refusal: DeliverStatus) {
    super(`refused with status ${refusal}`);
    this.status = refusal;
  }
}

/** One peer's deliver service (protos.Deliver): committed blocks from a position on, waiting for those to come. */
export function deliverHandlers(deps: Dependencies): peer.IDeliverServer {
  const limiter = new CallLimiter('/protos.Deliver', deps.config.limits.maxEventStreams);
  const handler = (respond: (block: common.Block) => peer.DeliverResponse) => (stream: Stream) => {
    const signal = cancellation(stream);
    serve(stream, respond, deps, limiter, signal).catch((error) => {
      // A cancelled stream ends by an error of its own, which has nobody to go to.
      if (!signal.aborted) stream.emit('error', toServiceError(asRpcError(error, deps.log)));
    });
  };
  return {
    deliver: handler(blockResponse),
    deliverFiltered: handler((block) => filteredResponse(block, deps.config.channel)),
    deliverWithPrivateData: (stream: Stream) => {
      const error = new RpcError(status.UNIMPLEMENTED, 'the dev ledger has no private data');
      stream.emit('error', toServiceError(error));
    },
  };
}

/** A stream may carry one request after the other; each is answered by blocks and a status. */
async function serve(
  stream: Stream,
  respond: (block: common.Block) => peer.DeliverResponse,
  deps: Dependencies,
  limiter: CallLimiter,
  signal: AbortSignal,
): Promise<void> {
  limiter.enter();
  try {
    for await (const envelope of stream) {
      const end = await deliver(envelope, stream, respond, deps, signal);
      if (signal.aborted) return;
      const response = new peer.DeliverResponse();
      response.setStatus(end);
      stream.write(response);
      if (end !== SUCCESS) break;
    }
    stream.end();
  } finally {
    limiter.leave();
  }
}

async function deliver(
  envelope: common.Envelope,
  stream: Stream,
  respond: (block: common.Block) => peer.DeliverResponse,
  deps: Dependencies,
  signal: AbortSignal,
): Promise<DeliverStatus> {
  try {
    const seek = await authorisedSeek(envelope, deps);
    const { first, last } = seekRange(seek, deps.ledger.height);
    const mustExist = seek.getBehavior() === orderer.SeekInfo.SeekBehavior.FAIL_IF_NOT_READY;
    if (mustExist && first >= deps.ledger.height) return NOT_FOUND;
    for await (const block of deps.ledger.blocksFrom(first, signal)) {
      await writeWithBackpressure(stream, respond(block), signal);
      const number = block.getHeader()?.getNumber() ?? 0;
      if (number >= last) return SUCCESS;
      if (mustExist && number + 1 >= deps.ledger.height) return NOT_FOUND;
    }
    return SUCCESS;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
}

async function authorisedSeek(
  envelope: common.Envelope,
  { config, readAccess }: Dependencies,
): Promise<orderer.SeekInfo> {
  const { channelHeader, creator, data } = openEnvelope(envelope);
  const timestamp = channelHeader.getTimestamp();
  const offsetMs = timestamp ? Math.abs(timestampToMs(timestamp) - readAccess.now()) : Number.POSITIVE_INFINITY;
  if (!(offsetMs <= config.limits.timeWindowMs)) throw new Refusal(BAD_REQUEST);
  if (channelHeader.getChannelId() !== config.channel) throw new Refusal(NOT_FOUND);
  try {
    const signed = envelope.getPayload_asU8();
    await checkReader(readAccess, config.channel, creator, signed, envelope.getSignature_asU8());
  } catch (error) {
    throw error instanceof RpcError ? new Refusal(FORBIDDEN) : error;
  }
  return data;
}

function openEnvelope(envelope: common.Envelope) {
  try {
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8());
    const header = payload.getHeader() ?? new common.Header();
    return {
      channelHeader: common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()),
      creator: common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8()).getCreator_asU8(),
      data: orderer.SeekInfo.deserializeBinary(payload.getData_asU8()),
    };
  } catch {
    throw new Refusal(BAD_REQUEST);
  }
}

/** Numbers of the first and last block asked for; positions mean what they mean in Fabric (common/deliver). */
function seekRange(seek: orderer.SeekInfo, height: number): { first: number; last: number } {
  const [start, stop] = [seek.getStart(), seek.getStop()];
  if (!start || !stop) throw new Refusal(BAD_REQUEST);
  const newest = height - 1;
  const first = start.hasOldest()
    ? 0
    : start.hasNewest()
      ? newest
      : start.hasNextCommit()
        ? height
        : start.getSpecified()?.getNumber();
  if (first === undefined || first > height) throw new Refusal(NOT_FOUND);
  const last = stop.hasOldest() ? first : stop.hasNewest() ? newest : stop.getSpecified()?.getNumber();
  if (last === undefined || last < first) throw new Refusal(BAD_REQUEST);
  return { first, last };
}

function blockResponse(block: common.Block): peer.DeliverResponse {
  const response = new peer.DeliverResponse();
  response.setBlock(block);
  return response;
}

/** A block without its contents: which transactions, of which kind, with which finding, and the events' names. */
function filteredResponse(block: common.Block, channel: string): peer.DeliverResponse {
  const codes = codesOf(block);
  const filtered = new peer.FilteredBlock();
  filtered.setChannelId(channel);
  filtered.setNumber(block.getHeader()?.getNumber() ?? 0);
  filtered.setFilteredTransactionsList(
    envelopesOf(block).map((envelope, position) => filteredTransaction(envelope, codes[position] ?? 0)),
  );
  const response = new peer.DeliverResponse();
  response.setFilteredBlock(filtered);
  return response;
}

function filteredTransaction(envelope: Uint8Array, code: number): peer.FilteredTransaction {
  const filtered = new peer.FilteredTransaction();
  filtered.setTxValidationCode(code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
  const transaction = parseTransaction(envelope);
  if ('code' in transaction) {
    filtered.setType(common.HeaderType.CONFIG);
    return filtered;
  }
  filtered.setTxid(transaction.txId);
  filtered.setType(common.HeaderType.ENDORSER_TRANSACTION);
  const actions = new peer.FilteredTransactionActions();
  const event = transaction.action?.event;
  if (event) {
    const named = new peer.ChaincodeEvent();
    named.setChaincodeId(event.getChaincodeId());
    named.setTxId(event.getTxId());
    named.setEventName(event.getEventName());
    const action = new peer.FilteredChaincodeAction();
    action.setChaincodeEvent(named);
    actions.addChaincodeActions(action);
  }
  filtered.setTransactionActions(actions);
  return filtered;
}
