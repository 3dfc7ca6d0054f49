import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Metadata, Server, ServerCredentials, type ServiceError, type status } from '@grpc/grpc-js';
import { common, gateway, google, peer } from '@hyperledger/fabric-protos';
import { Any } from 'google-protobuf/google/protobuf/any_pb.js';
import type { LedgerOptions } from '../ledger/ledger-options.ts';

/** What the chaincode gives back for `readings:AnchorStatements`, unless the script says otherwise. */
export const scriptedResult = { anchored: 1, duplicates: 0 };

/** What the peer answers to one call: a gRPC error, a validation code with a block, a result (JSON), or success. */
export type Answer =
  | { readonly error: status; readonly message?: string; readonly detail?: string }
  | { readonly code: number; readonly block: number }
  | { readonly result: string }
  | 'ok';

type Method = 'endorse' | 'submit' | 'commitStatus' | 'evaluate';

/** One call that the peer got, with the transaction's id. */
export interface Call {
  readonly method: Method;
  readonly transactionId: string;
}

/**
 * A peer's gateway service that answers as a script says, over real gRPC and with Fabric's own messages: a peer can't be
 * made to fail in these ways on purpose. Everything that is not in the script succeeds, in block 1.
 */
export async function startScriptedPeer(): Promise<{
  readonly options: LedgerOptions;
  readonly calls: Call[];
  script(method: Method, ...answers: Answer[]): void;
  stop(): Promise<void>;
}> {
  const calls: Call[] = [];
  const scripts = new Map<Method, Answer[]>();
  const next = (method: Method, transactionId: string): Answer => {
    calls.push({ method, transactionId });
    return scripts.get(method)?.shift() ?? 'ok';
  };
  const server = new Server();
  server.addService(gateway.GatewayService, {
    endorse: (call: { request: gateway.EndorseRequest }, done: Done<gateway.EndorseResponse>) => {
      const answer = next('endorse', call.request.getTransactionId());
      if (answer !== 'ok' && !('result' in answer)) return done(serviceError(answer));
      const response = new gateway.EndorseResponse();
      const text = answer === 'ok' ? JSON.stringify(scriptedResult) : answer.result;
      response.setPreparedTransaction(prepared(call.request, text));
      done(null, response);
    },
    submit: (call: { request: gateway.SubmitRequest }, done: Done<gateway.SubmitResponse>) => {
      const answer = next('submit', call.request.getTransactionId());
      done(answer === 'ok' ? null : serviceError(answer), new gateway.SubmitResponse());
    },
    commitStatus: (call: { request: gateway.SignedCommitStatusRequest }, done: Done<gateway.CommitStatusResponse>) => {
      const request = gateway.CommitStatusRequest.deserializeBinary(call.request.getRequest_asU8());
      const answer = next('commitStatus', request.getTransactionId());
      if (answer !== 'ok' && 'error' in answer) return done(serviceError(answer));
      const response = new gateway.CommitStatusResponse();
      const { code, block } = answer !== 'ok' && 'code' in answer ? answer : { code: 0, block: 1 };
      response.setResult(code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
      response.setBlockNumber(block);
      done(null, response);
    },
    evaluate: (call: { request: gateway.EvaluateRequest }, done: Done<gateway.EvaluateResponse>) => {
      const answer = next('evaluate', call.request.getTransactionId());
      if (answer !== 'ok' && !('result' in answer)) return done(serviceError(answer));
      const response = new gateway.EvaluateResponse();
      const result = new peer.Response();
      result.setStatus(200);
      result.setPayload(Buffer.from(answer === 'ok' ? 'null' : answer.result));
      response.setResult(result);
      done(null, response);
    },
    chaincodeEvents: () => undefined,
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const folder = await mkdtemp(join(tmpdir(), 'hopline-peer-'));
  return {
    options: await identityOptions(folder, `127.0.0.1:${port}`),
    calls,
    script: (method, ...answers) => scripts.set(method, answers),
    async stop() {
      server.forceShutdown();
      await rm(folder, { recursive: true });
    },
  };
}

/** Options with an identity of its own; nobody checks it, so any text does as a certificate. */
export async function identityOptions(folder: string, address: string): Promise<LedgerOptions> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(certFile, 'a certificate');
  await writeFile(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return { channel: 'provenance', chaincode: 'hopline', peer: { address, tls: null }, identity: { certFile, keyFile } };
}

type Done<T> = (error: Partial<ServiceError> | null, response?: T) => void;

function serviceError(answer: Answer): Partial<ServiceError> {
  if (answer === 'ok' || !('error' in answer)) throw new Error('the script has no error here');
  const metadata = new Metadata();
  if (answer.detail !== undefined) {
    const detail = new gateway.ErrorDetail();
    detail.setMessage(answer.detail);
    detail.setMspId('FreshHubMSP');
    const any = new Any();
    any.setValue(detail.serializeBinary());
    const rpcStatus = new google.rpc.Status();
    rpcStatus.setDetailsList([any]);
    metadata.set('grpc-status-details-bin', Buffer.from(rpcStatus.serializeBinary()));
  }
  return { code: answer.error, details: answer.message ?? 'scripted', metadata };
}

/** The transaction of a proposal, with the chaincode's result. */
function prepared(request: gateway.EndorseRequest, text: string): common.Envelope {
  const proposal = peer.Proposal.deserializeBinary(
    request.getProposedTransaction()?.getProposalBytes_asU8() ?? new Uint8Array(),
  );
  const result = new peer.Response();
  result.setStatus(200);
  result.setPayload(Buffer.from(text));
  const chaincodeAction = new peer.ChaincodeAction();
  chaincodeAction.setResponse(result);
  const responsePayload = new peer.ProposalResponsePayload();
  responsePayload.setExtension$(chaincodeAction.serializeBinary());
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responsePayload.serializeBinary());
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setPayload(actionPayload.serializeBinary());
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  const payload = new common.Payload();
  payload.setHeader(common.Header.deserializeBinary(proposal.getHeader_asU8()));
  payload.setData(transaction.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope;
}
