import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client, credentials } from '@grpc/grpc-js';
import {
  type QueryInput,
  type QueryName,
  type QueryResult,
  queries,
  queryResults,
  type TransactionInput,
  type TransactionName,
  type TransactionResult,
  transactionResults,
  transactions,
} from '@hopline/protocol';
import { connect, hash } from '@hyperledger/fabric-gateway';
import { common, gateway as gatewayProtos, msp } from '@hyperledger/fabric-protos';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { BlockFacts } from './block-facts.ts';
import type { LedgerOptions, SubmitLimits } from './ledger-options.ts';
import { nativeSigner } from './native-signer.ts';
import { parseBlock } from './parse-block.ts';
import { type Committed, evaluateTransaction, type SubmitContext, submitTransaction } from './submit.ts';

/** The ledger as one organisation sees it through its own peer. */
export interface Ledger {
  /** Submits a transaction and returns once it is committed and valid. Throws as `submitTransaction`. */
  submit<N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<Committed<TransactionResult<N>>>;
  /**
   * What a transaction would give if it were submitted now, or its refusal, by the own peer's world state. Nothing is
   * submitted, and what others do meanwhile may change the answer. Throws as `submitTransaction`.
   */
  rehearse<N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<TransactionResult<N>>;
  /** Asks the peer's world state. Throws as `submitTransaction`. */
  evaluate<N extends QueryName>(name: N, input: QueryInput<N>): Promise<QueryResult<N>>;
  /** How many blocks the peer has. */
  height(): Promise<number>;
  /** Blocks from a number on, waiting for those to come. Throws when the stream breaks; ends with the signal. */
  blocks(from: number, signal: AbortSignal): AsyncGenerator<BlockFacts, void>;
  close(): void;
}

/** Keeps a silent connection from being taken for a living one: a ping that is not answered ends it. */
const keepalive = { 'grpc.keepalive_time_ms': 120_000, 'grpc.keepalive_timeout_ms': 20_000 } as const;
const maxMessageBytes = 100 * 1024 * 1024;

/** Opens the connection; the peer need not be up yet. Throws where the files of the identity can't be read. */
export async function openLedger(
  options: LedgerOptions & { readonly mspId: string },
  context: { readonly clock: Clock; readonly random: () => number; readonly limits: SubmitLimits },
): Promise<Ledger> {
  const { address, tls } = options.peer;
  const [certificate, key, root] = await Promise.all([
    readFile(options.identity.certFile),
    readFile(options.identity.keyFile),
    tls ? readFile(tls.rootCertFile) : null,
  ]);
  const client = new Client(address, root ? credentials.createSsl(root) : credentials.createInsecure(), {
    ...keepalive,
    'grpc.max_receive_message_length': maxMessageBytes,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 3_000,
    ...(tls?.hostOverride ? { 'grpc.ssl_target_name_override': tls.hostOverride } : {}),
  });
  const identity = { mspId: options.mspId, credentials: certificate };
  const gateway = connect({
    client,
    identity,
    signer: nativeSigner(createPrivateKey(key)),
    // The signer does the hashing.
    hash: hash.none,
  });
  const network = gateway.getNetwork(options.channel);
  const closing = new AbortController();
  const submitContext: SubmitContext = {
    ...context,
    contract: network.getContract(options.chaincode),
    commitById: (transactionId) => gateway.newCommit(commitRequest(options.channel, identity, transactionId)),
    signal: closing.signal,
  };
  const systemChaincode = network.getContract('qscc');
  return {
    submit<N extends TransactionName>(name: N, input: TransactionInput<N>) {
      // The table holds each name's own schema; TypeScript sees the union of all.
      const schema = transactionResults[name] as unknown as z.ZodType<TransactionResult<N>>;
      return submitTransaction(submitContext, name, JSON.stringify(transactions[name].parse(input)), schema);
    },
    rehearse<N extends TransactionName>(name: N, input: TransactionInput<N>) {
      const schema = transactionResults[name] as unknown as z.ZodType<TransactionResult<N>>;
      return evaluateTransaction(submitContext, name, JSON.stringify(transactions[name].parse(input)), schema);
    },
    evaluate<N extends QueryName>(name: N, input: QueryInput<N>) {
      const schema = queryResults[name] as unknown as z.ZodType<QueryResult<N>>;
      return evaluateTransaction(submitContext, name, JSON.stringify(queries[name].parse(input)), schema);
    },
    async height() {
      const bytes = await systemChaincode.evaluate('GetChainInfo', { arguments: [options.channel] });
      return common.BlockchainInfo.deserializeBinary(bytes).getHeight();
    },
    async *blocks(from, signal) {
      const stream = await network.getBlockEvents({ startBlock: BigInt(from) });
      const stop = () => stream.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        if (signal.aborted) return;
        for await (const block of stream) yield parseBlock(block, options.chaincode);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        stream.close();
      }
    },
    close() {
      closing.abort();
      gateway.close();
      client.close();
    },
  };
}

/** A request for a transaction's commit status, not signed yet (fabric-protos, `gateway.SignedCommitStatusRequest`). */
function commitRequest(
  channel: string,
  { mspId, credentials: certificate }: { readonly mspId: string; readonly credentials: Uint8Array },
  transactionId: string,
): Uint8Array {
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(certificate);
  const request = new gatewayProtos.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(creator.serializeBinary());
  const signed = new gatewayProtos.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return signed.serializeBinary();
}
