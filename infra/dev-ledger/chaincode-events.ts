import { type handleServerStreamingCall, status } from '@grpc/grpc-js';
import { type common, gateway, type orderer, peer } from '@hyperledger/fabric-protos';
import { checkReader, type ReadAccess } from './access.ts';
import { codesOf, envelopesOf } from './block.ts';
import { asRpcError, CallLimiter } from './call-limiter.ts';
import type { DevLedgerConfig } from './config.ts';
import { cancellation, writeWithBackpressure } from './event-stream.ts';
import type { Ledger } from './ledger.ts';
import { tryDecode } from './proto.ts';
import { RpcError, toServiceError } from './rpc-error.ts';
import { parseTransaction } from './transaction.ts';

type Dependencies = { config: DevLedgerConfig; ledger: Ledger; readAccess: ReadAccess; log: (line: string) => void };

/**
 * Streams the events of valid transactions, one message a block that has some (Fabric:
 * internal/pkg/gateway/chaincodeevents.go). A checkpoint within a block is resumed after its transaction.
 */
export function chaincodeEventsHandler(
  deps: Dependencies,
): handleServerStreamingCall<gateway.SignedChaincodeEventsRequest, gateway.ChaincodeEventsResponse> {
  const limiter = new CallLimiter('/gateway.Gateway', deps.config.limits.maxEventStreams);
  return (call) => {
    const signal = cancellation(call);
    const run = async () => {
      limiter.enter();
      try {
        const request = await authorised(call.request, deps);
        for await (const response of events(request, deps.ledger, signal)) {
          await writeWithBackpressure(call, response, signal);
        }
        call.end();
      } finally {
        limiter.leave();
      }
    };
    run().catch((error) => {
      if (!signal.aborted) call.emit('error', toServiceError(asRpcError(error, deps.log)));
    });
  };
}

async function authorised(
  signed: gateway.SignedChaincodeEventsRequest,
  { readAccess }: Dependencies,
): Promise<gateway.ChaincodeEventsRequest> {
  const bytes = signed.getRequest_asU8();
  const request = tryDecode(gateway.ChaincodeEventsRequest, bytes);
  if (bytes.length === 0 || !request) {
    throw new RpcError(status.INVALID_ARGUMENT, 'a chaincode events request is required');
  }
  const identity = request.getIdentity_asU8();
  await checkReader(readAccess, request.getChannelId(), identity, bytes, signed.getSignature_asU8());
  return request;
}

async function* events(
  request: gateway.ChaincodeEventsRequest,
  ledger: Ledger,
  signal: AbortSignal,
): AsyncGenerator<gateway.ChaincodeEventsResponse, void> {
  const after = request.getAfterTransactionId();
  const resumeAt = after === '' ? undefined : ledger.transaction(after);
  const start = resumeAt?.block ?? startBlock(request.getStartPosition(), ledger);
  let passed = after === '';
  for await (const block of ledger.blocksFrom(start, signal)) {
    const found: peer.ChaincodeEvent[] = [];
    for (const event of eventsOf(block)) {
      if (passed && event.getChaincodeId() === request.getChaincodeId()) found.push(event);
      if (event.getTxId() === after) passed = true;
    }
    if (found.length === 0) continue;
    const response = new gateway.ChaincodeEventsResponse();
    response.setBlockNumber(block.getHeader()?.getNumber() ?? 0);
    response.setEventsList(found);
    yield response;
  }
}

function startBlock(position: orderer.SeekPosition | undefined, ledger: Ledger): number {
  const specified = position?.getSpecified();
  if (specified) return specified.getNumber();
  if (position?.hasNewest() || position?.hasOldest()) {
    throw new RpcError(status.INVALID_ARGUMENT, 'invalid start position type');
  }
  return ledger.height;
}

function* eventsOf(block: common.Block): Generator<peer.ChaincodeEvent> {
  const codes = codesOf(block);
  for (const [position, envelope] of envelopesOf(block).entries()) {
    if (codes[position] !== peer.TxValidationCode.VALID) continue;
    const transaction = parseTransaction(envelope);
    if (!('code' in transaction) && transaction.action?.event) yield transaction.action.event;
  }
}
