import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials } from '@grpc/grpc-js';
import {
  findRefusal,
  type QueryInput,
  type QueryName,
  type Refusal,
  type TransactionInput,
  type TransactionName,
} from '@hopline/protocol';
import { type Contract, connect, type Gateway, GatewayError, hash, type Network } from '@hyperledger/fabric-gateway';
import { common, peer } from '@hyperledger/fabric-protos';
import type { ConnectionProfile, OrganisationProfile } from '../../infra/connection-profile.ts';
import { classify } from '../../ledger-gateway/src/ledger/ledger-error.ts';
import { nativeSigner } from '../../ledger-gateway/src/ledger/native-signer.ts';
import { parseBlock } from '../../ledger-gateway/src/ledger/parse-block.ts';

const maxEndorseAttempts = 5;
const endorsePauseMs = 500;
const reachesWithinMs = 60_000;
const reachesPollMs = 20;
const fromJson = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

/** A transaction that the ledger took in, valid or not. */
export interface Committed {
  readonly transactionId: string;
  readonly result: unknown;
  readonly valid: boolean;
  /** Validation code as Fabric numbers them: 0 valid, 11 MVCC_READ_CONFLICT. */
  readonly code: number;
  readonly block: bigint;
}

/** One organisation's application, with the unmodified fabric-gateway client. */
export class LedgerClient {
  /** Clients whose peers hold a state of their own, and may be a block behind another's. */
  static readonly #withOwnState = new Set<LedgerClient>();
  readonly mspId: string;
  readonly channel: string;
  readonly #client: Client;
  readonly #gateway: Gateway;
  readonly #network: Network;
  readonly #chaincode: string;

  private constructor(profile: ConnectionProfile, mspId: string, client: Client, gateway: Gateway) {
    this.mspId = mspId;
    this.channel = profile.channel;
    this.#client = client;
    this.#gateway = gateway;
    this.#network = gateway.getNetwork(profile.channel);
    this.#chaincode = profile.chaincode;
  }

  static async connect(profile: ConnectionProfile, mspId: string): Promise<LedgerClient> {
    const organisation = profile.organisations.find((candidate) => candidate.mspId === mspId);
    if (!organisation) throw new Error(`the profile has no ${mspId}`);
    const client = await grpcClient(organisation);
    const gateway = connect({
      client,
      identity: { mspId, credentials: await readFile(organisation.identity.certFile) },
      signer: nativeSigner(createPrivateKey(await readFile(organisation.identity.keyFile))),
      hash: hash.none,
    });
    const connected = new LedgerClient(profile, mspId, client, gateway);
    // All peers of a dev ledger have one state.
    if (profile.ledger === 'fabric') LedgerClient.#withOwnState.add(connected);
    return connected;
  }

  /** Submits and waits for the commit. Throws where the chaincode refuses, or where the transaction is not valid. */
  async submit<N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<Committed> {
    const committed = await (await this.endorse(name, input))();
    if (!committed.valid) throw new Error(`${name} committed with code ${committed.code}`);
    return committed;
  }

  /** Has a transaction endorsed; the function that comes back sends it to be ordered and waits for its commit. */
  async endorse<N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<() => Promise<Committed>> {
    const { contract, transaction } = this.#split(name);
    const proposal = contract.newProposal(transaction, { arguments: [JSON.stringify(input)] });
    const endorsed = await patiently(() => proposal.endorse());
    return async () => {
      const submitted = await endorsed.submit();
      const { successful, code, blockNumber } = await submitted.getStatus();
      const transactionId = submitted.getTransactionId();
      // Whoever goes on from here may ask another peer, and is not to be refused for what that has not seen yet.
      await Promise.all([...LedgerClient.#withOwnState].map((each) => each.#reaches(blockNumber)));
      return { transactionId, result: fromJson(submitted.getResult()), valid: successful, code, block: blockNumber };
    };
  }

  async evaluate<N extends QueryName>(name: N, input: QueryInput<N>): Promise<unknown> {
    const { contract, transaction } = this.#split(name);
    return fromJson(await contract.evaluate(transaction, { arguments: [JSON.stringify(input)] }));
  }

  /** Any call by name, for what no schema would let through. */
  async submitText(name: string, argument: string): Promise<unknown> {
    const { contract, transaction } = this.#split(name);
    return fromJson(await contract.submit(transaction, { arguments: [argument] }));
  }

  /** What the chaincode says of its contracts. */
  async metadata(): Promise<unknown> {
    const { contract, transaction } = this.#split('org.hyperledger.fabric:GetMetadata');
    return fromJson(await contract.evaluate(transaction));
  }

  /** Bytes of a committed transaction's whole envelope, certificates and endorsements included. */
  async transactionBytes(transactionId: string): Promise<number> {
    const qscc = this.#network.getContract('qscc');
    const found = await qscc.evaluate('GetTransactionByID', { arguments: [this.channel, transactionId] });
    const processed = peer.ProcessedTransaction.deserializeBinary(found);
    return processed.getTransactionenvelope()?.serializeBinary().length ?? 0;
  }

  /** Whether the first of two committed transactions stands before the second on the ledger, or behind it. */
  async orderOf(transactionId: string, other: string): Promise<'first' | 'second'> {
    const [a, b] = [await this.#positionOf(transactionId), await this.#positionOf(other)];
    return a.block < b.block || (a.block === b.block && a.position < b.position) ? 'first' : 'second';
  }

  async #positionOf(transactionId: string): Promise<{ block: number; position: number }> {
    const qscc = this.#network.getContract('qscc');
    const found = await qscc.evaluate('GetBlockByTxID', { arguments: [this.channel, transactionId] });
    const { number, transactions } = parseBlock(common.Block.deserializeBinary(found), this.#chaincode);
    return { block: number, position: transactions.findIndex(({ id }) => id === transactionId) };
  }

  async #reaches(block: bigint): Promise<void> {
    const qscc = this.#network.getContract('qscc');
    for (const deadline = Date.now() + reachesWithinMs; Date.now() < deadline; await sleep(reachesPollMs)) {
      const info = await qscc.evaluate('GetChainInfo', { arguments: [this.channel] });
      if (BigInt(common.BlockchainInfo.deserializeBinary(info).getHeight()) > block) return;
    }
    throw new Error(`the peer of ${this.mspId} does not reach block ${block}`);
  }

  close(): void {
    LedgerClient.#withOwnState.delete(this);
    this.#gateway.close();
    this.#client.close();
  }

  #split(name: string): { contract: Contract; transaction: string } {
    const [contract = '', transaction = ''] = name.split(':');
    return { contract: this.#network.getContract(this.#chaincode, contract), transaction };
  }
}

/** Peers of a busy network can be a block apart, and then do not agree: the same proposal again, as the gateway does it. */
async function patiently<T>(endorse: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await endorse();
    } catch (error) {
      if (attempt === maxEndorseAttempts || classify('endorse', error).kind !== 'transient') throw error;
      await sleep(endorsePauseMs);
    }
  }
}

/** The refusal that a call ends in. Throws where the call goes through, or fails for another reason. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const refusal = findIn(error);
    if (refusal) return refusal;
    throw error;
  }
  throw new Error('the ledger took what it should have refused');
}

function findIn(error: unknown): Refusal | null {
  if (!(error instanceof GatewayError)) return null;
  for (const { message } of error.details) {
    const refusal = findRefusal(message);
    if (refusal) return refusal;
  }
  return findRefusal(error.message);
}

async function grpcClient({ peer: { address, tls } }: OrganisationProfile): Promise<Client> {
  if (!tls) return new Client(address, credentials.createInsecure());
  const override = tls.hostOverride ? { 'grpc.ssl_target_name_override': tls.hostOverride } : {};
  return new Client(address, credentials.createSsl(await readFile(tls.rootCertFile)), override);
}
