import { status } from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import type { Membership } from './membership.ts';
import { encode, timestampToMs } from './proto.ts';
import { RpcError } from './rpc-error.ts';
import { computeTxId, proposalHash, withoutTransient } from './transaction.ts';

/** A signed proposal taken apart; nothing is verified yet. */
export type Proposal = {
  txId: string;
  channel: string;
  chaincode: string;
  timestampMs: number;
  creator: Uint8Array;
  nonce: Uint8Array;
  header: common.Header;
  payload: peer.ChaincodeProposalPayload;
  input: peer.ChaincodeInput;
  /** What ties an endorsement to this proposal. */
  hash: Buffer;
  hasTransientData: boolean;
  signed: peer.SignedProposal;
};

/** @throws RpcError INVALID_ARGUMENT where the bytes are not a proposal to a chaincode on a channel */
export function unpackProposal(signed: peer.SignedProposal | undefined): Proposal {
  const bytes = signed?.getProposalBytes_asU8();
  if (!signed || !bytes?.length) {
    throw new RpcError(status.INVALID_ARGUMENT, 'the proposed transaction must contain a signed proposal');
  }
  try {
    return unpack(signed, bytes);
  } catch (error) {
    throw new RpcError(status.INVALID_ARGUMENT, `failed to unpack transaction proposal: ${messageOf(error)}`);
  }
}

function unpack(signed: peer.SignedProposal, bytes: Uint8Array): Proposal {
  const proposal = peer.Proposal.deserializeBinary(bytes);
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const signatureHeader = common.SignatureHeader.deserializeBinary(header.getSignatureHeader_asU8());
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const spec = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8()).getChaincodeSpec();
  const channel = channelHeader.getChannelId();
  const chaincode = spec?.getChaincodeId()?.getName();
  const input = spec?.getInput();
  const timestamp = channelHeader.getTimestamp();
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) throw new Error('invalid header type');
  if (channelHeader.getEpoch() !== 0) throw new Error('epoch is non-zero');
  if (!channel) throw new Error('no channel id provided');
  if (!chaincode) throw new Error(`no chaincode name is provided, channel id [${channel}]`);
  if (!input) throw new Error('chaincode input did not contain any input');
  if (!timestamp) throw new Error('no timestamp is provided');
  const extension = peer.ChaincodeHeaderExtension.deserializeBinary(channelHeader.getExtension_asU8());
  if (extension.getChaincodeId()?.getName() !== chaincode) {
    throw new Error('header and invocation name different chaincodes');
  }
  return {
    txId: channelHeader.getTxId(),
    channel,
    chaincode,
    timestampMs: timestampToMs(timestamp),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    header,
    payload,
    input,
    hash: proposalHash(header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), withoutTransient(payload)),
    hasTransientData: payload.getTransientmapMap().getLength() > 0,
    signed,
  };
}

/** The conditions under which a peer executes a proposal. */
export type ProposalRules = {
  membership: Membership;
  now: () => number;
  timeWindowMs: number;
  isCommitted: (txId: string) => boolean;
};

/**
 * Verifies who proposes: certificate, signature, transaction id, time, role, and that the id is new. A refusal carries
 * the status that a Fabric gateway gives for it, and its words (core/endorser, core/handlers/auth/filter).
 *
 * @throws RpcError UNAVAILABLE for a wrong time or an expired identity, FAILED_PRECONDITION for all else
 */
export async function verifyProposal(proposal: Proposal, rules: ProposalRules): Promise<void> {
  const { channel, creator, nonce, txId } = proposal;
  checkTime(proposal, rules);
  if (nonce.length === 0) throw invalid('nonce is empty');
  if (creator.length === 0) throw invalid('creator is empty');
  const expectedTxId = computeTxId(nonce, creator);
  if (txId !== expectedTxId) throw invalid(`incorrectly computed txid '${txId}' -- expected '${expectedTxId}'`);
  const verdict = rules.membership.identify(creator);
  if (!verdict.ok && verdict.reason === 'unknown') {
    throw invalid(`access denied: channel [${channel}] creator org unknown, creator is malformed`);
  }
  const genuine = await rules.membership.verify(
    creator,
    proposal.signed.getProposalBytes_asU8(),
    proposal.signed.getSignature_asU8(),
  );
  if (!genuine) {
    const mspId = verdict.ok ? verdict.identity.mspId : verdict.mspId;
    throw invalid(`access denied: channel [${channel}] creator org [${mspId}]`);
  }
  if (genuine.expiresAtMs < rules.now()) throw new RpcError(status.UNAVAILABLE, 'proposal client identity expired');
  if (rules.isCommitted(txId)) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `duplicate transaction found [${txId}]. Creator [${Buffer.from(creator).toString('hex')}]`,
    );
  }
  if (!maySubmit(genuine.role)) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `access denied: channel [${channel}] role [${genuine.role}] may not propose transactions`,
    );
  }
}

/** The channel's writers: applications and administrators, not the nodes themselves. */
export function maySubmit(role: string): boolean {
  return role === 'client' || role === 'admin';
}

function checkTime({ timestampMs }: Proposal, { now, timeWindowMs }: ProposalRules): void {
  const peerTime = now();
  if (Math.abs(timestampMs - peerTime) <= timeWindowMs) return;
  const show = (ms: number) => (Number.isFinite(ms) ? new Date(ms).toISOString() : String(ms));
  throw new RpcError(
    status.UNAVAILABLE,
    `request unauthorized due to incorrect timestamp ${show(timestampMs)}, peer time ${show(peerTime)}, ` +
      `peer.authentication.timewindow ${timeWindowMs / 1000}s`,
  );
}

/** The chaincode's input, as it is sent to the chaincode. */
export function inputBytes(proposal: Proposal): Buffer {
  return encode(proposal.input);
}

function invalid(message: string): RpcError {
  return new RpcError(status.FAILED_PRECONDITION, `error validating proposal: ${message}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
