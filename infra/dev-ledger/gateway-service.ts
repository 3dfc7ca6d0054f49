import { status } from '@grpc/grpc-js';
import { type common, gateway, type peer } from '@hyperledger/fabric-protos';
import { checkReader, type ReadAccess } from './access.ts';
import { CallLimiter, unaryHandler } from './call-limiter.ts';
import { chaincodeEventsHandler } from './chaincode-events.ts';
import type { Committer } from './committer.ts';
import { type DevLedgerConfig, requiredEndorsements } from './config.ts';
import { collectEndorsements, type EndorsementPlan } from './endorsement.ts';
import type { Endorser } from './endorser.ts';
import type { Ledger } from './ledger.ts';
import type { Orderer } from './orderer.ts';
import { maySubmit, type Proposal, type ProposalRules, unpackProposal, verifyProposal } from './proposal.ts';
import { encode, tryDecode } from './proto.ts';
import { QSCC, querySystemChaincode } from './qscc.ts';
import { type Detail, RpcError } from './rpc-error.ts';
import { assembleTransaction, parseTransaction } from './transaction.ts';

export type GatewayDependencies = {
  config: DevLedgerConfig;
  ledger: Ledger;
  orderer: Orderer;
  committer: Committer;
  /** All peers, the gateway's own first. */
  endorsers: [own: Endorser, ...others: Endorser[]];
  proposalRules: ProposalRules;
  readAccess: ReadAccess;
  log: (line: string) => void;
};

/** One peer's gateway service (gateway.Gateway), with the statuses and words of Fabric's (internal/pkg/gateway). */
export class GatewayService {
  readonly #deps: GatewayDependencies;
  /** Counts endorsements, so that the other organisations are asked in turn. */
  #turn = 0;

  constructor(deps: GatewayDependencies) {
    this.#deps = deps;
  }

  /** Handlers for grpc.Server.addService. */
  handlers(): gateway.IGatewayServer {
    const { config, log } = this.#deps;
    const limiter = new CallLimiter('/gateway.Gateway', config.limits.maxGatewayCalls);
    return {
      evaluate: unaryHandler(limiter, log, (request) => this.#evaluate(request)),
      endorse: unaryHandler(limiter, log, (request) => this.#endorse(request)),
      submit: unaryHandler(limiter, log, (request) => this.#submit(request)),
      commitStatus: unaryHandler(limiter, log, (request, signal) => this.#commitStatus(request, signal)),
      chaincodeEvents: chaincodeEventsHandler(this.#deps),
    };
  }

  async #evaluate(request: gateway.EvaluateRequest): Promise<gateway.EvaluateResponse> {
    const proposal = unpackProposal(request.getProposedTransaction());
    const candidates = this.#evaluators(proposal, request.getTargetOrganizationsList());
    const details: Detail[] = [];
    await this.#verify(proposal, 'evaluate call to endorser returned error: ');
    if (proposal.chaincode === QSCC) {
      return evaluateResponse(await this.#querySystem(proposal));
    }
    let code = status.UNAVAILABLE;
    for (const endorser of candidates) {
      const snapshot = this.#deps.ledger.snapshot();
      const answer = await endorser.process(proposal, snapshot).finally(() => snapshot.close());
      if (answer.ok) return evaluateResponse(answer.response);
      code = answer.code;
      details.push({ address: endorser.address, mspId: endorser.mspId, message: answer.message });
      if (!answer.retry)
        throw new RpcError(code, `evaluate call to endorser returned error: ${answer.message}`, details);
    }
    throw new RpcError(code, 'failed to evaluate transaction, see attached details for more info', details);
  }

  async #endorse(request: gateway.EndorseRequest): Promise<gateway.EndorseResponse> {
    const { config, ledger, log } = this.#deps;
    const proposal = unpackProposal(request.getProposedTransaction());
    if (proposal.channel !== config.channel || proposal.chaincode !== config.chaincode.name) {
      throw new RpcError(
        status.FAILED_PRECONDITION,
        `no peers available to endorse chaincode ${proposal.chaincode} in channel ${proposal.channel}`,
      );
    }
    const plan = this.#plan(request.getEndorsingOrganizationsList());
    try {
      await this.#verify(proposal, '');
    } catch (error) {
      // Fabric's gateway learns of a refused proposal from its peer, so it reports it as a failed endorsement.
      if (!(error instanceof RpcError)) throw error;
      throw new RpcError(
        status.ABORTED,
        'failed to endorse transaction, see attached details for more info',
        error.details,
      );
    }
    const collected = await collectEndorsements(proposal, plan, () => ledger.snapshot(), log);
    const { responsePayload, endorsements } = collected;
    const response = new gateway.EndorseResponse();
    response.setPreparedTransaction(
      assembleTransaction(proposal.header, proposal.payload, responsePayload, endorsements),
    );
    return response;
  }

  async #submit(request: gateway.SubmitRequest): Promise<gateway.SubmitResponse> {
    const { config, orderer, proposalRules } = this.#deps;
    const envelope = request.getPreparedTransaction();
    if (!envelope) throw new RpcError(status.INVALID_ARGUMENT, 'a prepared transaction is required');
    if (envelope.getSignature_asU8().length === 0) {
      throw new RpcError(status.INVALID_ARGUMENT, 'prepared transaction must be signed');
    }
    if (request.getChannelId() !== config.channel) {
      throw new RpcError(status.FAILED_PRECONDITION, `no orderers for channel ${request.getChannelId()}`);
    }
    const bytes = encode(envelope);
    if (bytes.length > config.limits.maxTransactionBytes) {
      const limit = config.limits.maxTransactionBytes;
      throw refused(
        'BAD_REQUEST',
        `message payload is ${bytes.length} bytes and exceeds maximum allowed ${limit} bytes`,
      );
    }
    const transaction = parseTransaction(bytes);
    if ('code' in transaction || transaction.channel !== config.channel) {
      throw refused('BAD_REQUEST', 'the envelope does not hold a transaction of this channel');
    }
    const creator = await proposalRules.membership.verify(
      transaction.creator,
      transaction.payload,
      transaction.signature,
    );
    if (!creator || !maySubmit(creator.role) || creator.expiresAtMs < proposalRules.now()) {
      throw refused('FORBIDDEN', 'the creator is not one of the writers of this channel, or its signature is wrong');
    }
    if (!orderer.accept({ envelope: bytes, transaction })) {
      throw new RpcError(status.UNAVAILABLE, 'no orderers could successfully process transaction', [
        {
          address: 'orderer',
          mspId: '',
          message: 'status=SERVICE_UNAVAILABLE, info=the queue of transactions is full',
        },
      ]);
    }
    return new gateway.SubmitResponse();
  }

  async #commitStatus(
    signed: gateway.SignedCommitStatusRequest,
    signal: AbortSignal,
  ): Promise<gateway.CommitStatusResponse> {
    const bytes = signed.getRequest_asU8();
    const request = tryDecode(gateway.CommitStatusRequest, bytes);
    if (bytes.length === 0 || !request) {
      throw new RpcError(status.INVALID_ARGUMENT, 'a commit status request is required');
    }
    const [identity, txId] = [request.getIdentity_asU8(), request.getTransactionId()];
    if (identity.length === 0) throw new RpcError(status.INVALID_ARGUMENT, 'no identity provided');
    if (request.getChannelId() === '') throw new RpcError(status.INVALID_ARGUMENT, 'no channel ID provided');
    if (txId === '') throw new RpcError(status.INVALID_ARGUMENT, 'transaction ID should not be empty');
    await checkReader(this.#deps.readAccess, request.getChannelId(), identity, bytes, signed.getSignature_asU8());
    const record = await this.#deps.committer.transactionStatus(txId, signal);
    if (!record) throw new RpcError(status.CANCELLED, 'context canceled');
    const response = new gateway.CommitStatusResponse();
    response.setResult(record.code as peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap]);
    response.setBlockNumber(record.block);
    return response;
  }

  /** @throws RpcError with the peer's refusal as message and as detail */
  async #verify(proposal: Proposal, prefix: string): Promise<void> {
    try {
      await verifyProposal(proposal, this.#deps.proposalRules);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      const [{ address, mspId }] = this.#deps.endorsers;
      throw new RpcError(error.code, `${prefix}${error.message}`, [{ address, mspId, message: error.message }]);
    }
  }

  #plan(named: string[]): EndorsementPlan {
    const [own, ...others] = this.#deps.endorsers;
    if (named.length > 0) {
      const candidates = this.#deps.endorsers.filter((endorser) => named.includes(endorser.mspId));
      const missing = named.filter((mspId) => !candidates.some((endorser) => endorser.mspId === mspId));
      if (missing.length > 0) {
        const names = missing.join(', ');
        throw new RpcError(status.UNAVAILABLE, `failed to find any endorsing peers for org(s): ${names}`);
      }
      return { first: undefined, candidates, required: candidates.length, askAll: true };
    }
    const start = others.length > 0 ? this.#turn++ % others.length : 0;
    const { config } = this.#deps;
    return {
      first: own,
      candidates: [own, ...others.slice(start), ...others.slice(0, start)],
      required: requiredEndorsements(config),
      askAll: config.endorsers === 'all',
    };
  }

  #evaluators({ channel, chaincode }: Proposal, targets: string[]): Endorser[] {
    const { config, endorsers } = this.#deps;
    const known = channel === config.channel && (chaincode === config.chaincode.name || chaincode === QSCC);
    const candidates = endorsers.filter(({ mspId }) => targets.length === 0 || targets.includes(mspId));
    if (!known || candidates.length === 0) {
      throw new RpcError(
        status.FAILED_PRECONDITION,
        `no peers available to evaluate chaincode ${chaincode} in channel ${channel}`,
      );
    }
    return candidates;
  }

  async #querySystem(proposal: Proposal): Promise<peer.Response> {
    const { ledger, config } = this.#deps;
    const response = await querySystemChaincode(ledger, config.channel, proposal.input.getArgsList_asU8());
    if (response.getStatus() < 400) return response;
    const [{ address, mspId }] = this.#deps.endorsers;
    const message = `chaincode response ${response.getStatus()}, ${response.getMessage()}`;
    throw new RpcError(status.UNKNOWN, `evaluate call to endorser returned error: ${message}`, [
      { address, mspId, message },
    ]);
  }
}

function evaluateResponse(result: peer.Response): gateway.EvaluateResponse {
  const response = new gateway.EvaluateResponse();
  response.setResult(result);
  return response;
}

/** What the gateway says when an orderer refuses a transaction for what it is. */
function refused(name: keyof typeof common.Status, info: string): RpcError {
  return new RpcError(status.ABORTED, `received unsuccessful response from orderer: status=${name}, info=${info}`);
}
