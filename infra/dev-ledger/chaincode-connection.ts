import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeRequests } from './chaincode-requests.ts';
import type { Limits } from './config.ts';

const { Type } = peer.ChaincodeMessage;
type MessageType = peer.ChaincodeMessage.TypeMap[keyof peer.ChaincodeMessage.TypeMap];
type Stream = ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage>;

const FIRST_RECONNECT_MS = 50;
const MAX_RECONNECT_MS = 2_000;
/** A connection that broke without a word is noticed by pings of HTTP/2. The KEEPALIVE message of the protocol can't be
 * used for it: fabric-shim for Node ends its process when one arrives. */
const PING_INTERVAL_MS = 30_000;

export type Execution = {
  channel: string;
  txId: string;
  /** peer.ChaincodeInput */
  input: Buffer;
  signedProposal: peer.SignedProposal;
  requests: ChaincodeRequests;
};

export type ExecutionResult = { response: peer.Response; event: peer.ChaincodeEvent | undefined };

type Running = Execution & { settle: (outcome: peer.ChaincodeMessage | Error) => void };

/**
 * One peer's stream to its chaincode service (chaincode as a service: the peer is the client, protos.Chaincode/Connect).
 * Many transactions run on it at the same time. When it breaks, their executions fail, and it is opened again.
 */
export class ChaincodeConnection {
  readonly #address: string;
  readonly #limits: Limits;
  readonly #log: (line: string) => void;
  readonly #running = new Map<string, Running>();
  readonly #waitingForReady = new Set<() => void>();
  #client: peer.ChaincodeClient | undefined;
  #stream: Stream | undefined;
  #isReady = false;
  #wasReady = true;
  #reconnectMs = FIRST_RECONNECT_MS;
  #reconnectTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(address: string, limits: Limits, log: (line: string) => void) {
    this.#address = address;
    this.#limits = limits;
    this.#log = log;
    this.#connect();
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /**
   * Runs one transaction. Errors have the words of a Fabric peer.
   *
   * @throws Error where the chaincode can't be reached, takes too long, or breaks off
   */
  async execute(execution: Execution): Promise<ExecutionResult> {
    await this.#untilReady();
    const { txId } = execution;
    if (this.#running.has(txId)) throw new Error(`txid: ${txId}(${execution.channel}) exists`);
    const outcome = await new Promise<peer.ChaincodeMessage | Error>((settle) => {
      const timer = setTimeout(
        () => settle(new Error('timeout expired while executing transaction')),
        this.#limits.executeTimeoutMs,
      );
      this.#running.set(txId, {
        ...execution,
        settle: (result) => {
          clearTimeout(timer);
          settle(result);
        },
      });
      this.#send(Type.TRANSACTION, execution, execution.input, execution.signedProposal);
    });
    this.#running.delete(txId);
    await execution.requests.end();
    if (outcome instanceof Error) throw outcome;
    return readOutcome(outcome);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#reconnectTimer);
    this.#disconnect();
  }

  #connect(): void {
    const client = new peer.ChaincodeClient(this.#address, credentials.createInsecure(), {
      'grpc.max_receive_message_length': this.#limits.maxMessageBytes,
      'grpc.max_send_message_length': this.#limits.maxMessageBytes,
      'grpc.keepalive_time_ms': PING_INTERVAL_MS,
      // Connections of their own for organisations that share an address, and no back-off but the one here.
      'grpc.use_local_subchannel_pool': 1,
    });
    const stream = client.connect();
    this.#client = client;
    this.#stream = stream;
    stream.on('data', (message: peer.ChaincodeMessage) => this.#receive(message));
    const closed = () => {
      if (this.#stream === stream) this.#reconnect();
    };
    stream.on('error', closed);
    stream.on('end', closed);
  }

  #disconnect(): void {
    const [client, stream] = [this.#client, this.#stream];
    this.#stream = undefined;
    this.#client = undefined;
    this.#isReady = false;
    for (const running of this.#running.values()) running.settle(new Error('chaincode stream terminated'));
    stream?.cancel();
    client?.close();
  }

  #reconnect(): void {
    if (this.#wasReady) this.#log(`chaincode at ${this.#address} is not there; trying again until it is`);
    this.#wasReady = false;
    this.#disconnect();
    if (this.#stopped) return;
    this.#reconnectTimer = setTimeout(() => this.#connect(), this.#reconnectMs);
    this.#reconnectMs = Math.min(this.#reconnectMs * 2, MAX_RECONNECT_MS);
  }

  #receive(message: peer.ChaincodeMessage): void {
    const type = message.getType();
    const txId = message.getTxid();
    const running = this.#running.get(txId);
    if (type === Type.REGISTER) this.#register(message);
    else if (type === Type.KEEPALIVE) return;
    else if (type === Type.COMPLETED || type === Type.ERROR) running?.settle(message);
    else if (running) void this.#answer(type, message.getPayload_asU8(), running);
    else this.#fail(type, { txId, channel: message.getChannelId() }, new Error('no ledger context'));
  }

  #register(message: peer.ChaincodeMessage): void {
    const id = peer.ChaincodeID.deserializeBinary(message.getPayload_asU8()).getName();
    this.#write(Type.REGISTERED);
    this.#write(Type.READY);
    this.#isReady = true;
    this.#wasReady = true;
    this.#reconnectMs = FIRST_RECONNECT_MS;
    this.#log(`chaincode ${id} at ${this.#address} is ready`);
    for (const wake of [...this.#waitingForReady]) wake();
  }

  async #answer(type: MessageType, payload: Uint8Array, running: Running): Promise<void> {
    try {
      const answer = running.requests.answer(type, payload);
      this.#send(Type.RESPONSE, running, answer instanceof Promise ? await answer : answer);
    } catch (error) {
      this.#fail(type, running, error);
    }
  }

  #fail(type: MessageType, transaction: Pick<Execution, 'txId' | 'channel'>, error: unknown): void {
    const name = Object.entries(Type).find(([, value]) => value === type)?.[0] ?? String(type);
    const reason = error instanceof Error ? error.message : String(error);
    this.#send(Type.ERROR, transaction, Buffer.from(`${name} failed: transaction ID: ${transaction.txId}: ${reason}`));
  }

  #send(
    type: MessageType,
    { txId, channel }: Pick<Execution, 'txId' | 'channel'>,
    payload: Uint8Array,
    proposal?: peer.SignedProposal,
  ): void {
    this.#write(type, (message) => {
      message.setTxid(txId);
      message.setChannelId(channel);
      message.setPayload(payload);
      message.setProposal(proposal);
    });
  }

  #write(type: MessageType, fill?: (message: peer.ChaincodeMessage) => void): void {
    const message = new peer.ChaincodeMessage();
    message.setType(type);
    fill?.(message);
    // Without a stream the transactions have been settled already.
    this.#stream?.write(message);
  }

  #untilReady(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waitingForReady.delete(wake);
        reject(new Error(`could not launch chaincode: no connection to ${this.#address}`));
      }, this.#limits.chaincodeConnectTimeoutMs);
      const wake = () => {
        clearTimeout(timer);
        this.#waitingForReady.delete(wake);
        resolve();
      };
      this.#waitingForReady.add(wake);
    });
  }
}

function readOutcome(message: peer.ChaincodeMessage): ExecutionResult {
  if (message.getType() === Type.ERROR) {
    throw new Error(`transaction returned with failure: ${Buffer.from(message.getPayload_asU8())}`);
  }
  return {
    response: peer.Response.deserializeBinary(message.getPayload_asU8()),
    event: message.getChaincodeEvent(),
  };
}
