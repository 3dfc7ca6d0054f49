import { status } from '@grpc/grpc-js';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeConnection } from './chaincode-connection.ts';
import { ChaincodeRequests } from './chaincode-requests.ts';
import type { DevLedgerConfig } from './config.ts';
import type { Ledger } from './ledger.ts';
import type { SigningIdentity } from './organisation-folder.ts';
import { inputBytes, type Proposal } from './proposal.ts';
import { encode } from './proto.ts';
import { Simulator } from './simulator.ts';
import type { StateSnapshot } from './state-store.ts';
import { type Endorsement, endorsedBytes } from './transaction.ts';

/** Statuses of a chaincode's response from which on it is an error (fabric-shim). */
const ERROR_THRESHOLD = 400;
const SUCCESS_THRESHOLD = 200;

/** What a peer answers to a proposal that is verified. */
export type PeerAnswer =
  | { ok: true; response: peer.Response; responsePayload: Buffer; endorse(): Promise<Endorsement> }
  /** `retry`: another peer may do better; false where the chaincode itself said no. */
  | { ok: false; code: status; message: string; retry: boolean };

/** One organisation's endorsing peer: executes chaincode on its own connection and signs what came out. */
export class Endorser {
  readonly mspId: string;
  /** Endpoint for people and error details. */
  readonly address: string;
  readonly #identity: SigningIdentity;
  readonly #chaincode: ChaincodeConnection;
  readonly #ledger: Ledger;
  readonly #config: DevLedgerConfig;

  constructor(
    address: string,
    identity: SigningIdentity,
    chaincode: ChaincodeConnection,
    ledger: Ledger,
    config: DevLedgerConfig,
  ) {
    this.mspId = identity.mspId;
    this.address = address;
    this.#identity = identity;
    this.#chaincode = chaincode;
    this.#ledger = ledger;
    this.#config = config;
  }

  /** Executes the proposal against the snapshot. Never throws: what goes wrong is the answer. */
  async process(proposal: Proposal, snapshot: StateSnapshot): Promise<PeerAnswer> {
    const { txId, channel, chaincode } = proposal;
    const simulator = new Simulator(snapshot, chaincode, txId);
    const requests = new ChaincodeRequests(chaincode, simulator, this.#ledger, this.#config.limits.maxQueryResults);
    try {
      const { response, event } = await this.#chaincode.execute({
        txId,
        channel,
        input: inputBytes(proposal),
        signedProposal: proposal.signed,
        requests,
      });
      const code = response.getStatus();
      if (code < SUCCESS_THRESHOLD || code >= ERROR_THRESHOLD) {
        const message = `chaincode response ${code}, ${response.getMessage()}`;
        return { ok: false, code: status.UNKNOWN, message, retry: false };
      }
      const responsePayload = this.#responsePayload(proposal, response, event, simulator.results());
      return { ok: true, response, responsePayload, endorse: () => this.#endorse(responsePayload) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const message = `error in simulation: failed to execute transaction ${txId}: ${reason}`;
      return { ok: false, code: status.ABORTED, message, retry: true };
    }
  }

  #responsePayload(
    proposal: Proposal,
    response: peer.Response,
    event: peer.ChaincodeEvent | undefined,
    results: Buffer,
  ): Buffer {
    const chaincodeId = new peer.ChaincodeID();
    chaincodeId.setName(proposal.chaincode);
    chaincodeId.setVersion(this.#config.chaincode.version);
    const action = new peer.ChaincodeAction();
    action.setResults(results);
    action.setResponse(response);
    action.setChaincodeId(chaincodeId);
    if (event) {
      event.setChaincodeId(proposal.chaincode);
      event.setTxId(proposal.txId);
      action.setEvents(encode(event));
    }
    const payload = new peer.ProposalResponsePayload();
    payload.setProposalHash(proposal.hash);
    payload.setExtension$(encode(action));
    return encode(payload);
  }

  async #endorse(responsePayload: Buffer): Promise<Endorsement> {
    const endorser = this.#identity.serialized;
    return { endorser, signature: await this.#identity.sign(endorsedBytes(responsePayload, endorser)) };
  }
}
