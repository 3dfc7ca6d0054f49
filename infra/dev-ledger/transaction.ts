import { common, peer } from '@hyperledger/fabric-protos';
import { sha256 } from './block.ts';
import { asBuffer, encode, timestampToMs, tryDecode } from './proto.ts';
import { decodeReadWriteSets, type ReadWriteSet } from './read-write-set.ts';

export type ValidationCode = peer.TxValidationCodeMap[keyof peer.TxValidationCodeMap];
const codes = peer.TxValidationCode;
const NOT_INDEXED = new Set<ValidationCode>([
  codes.DUPLICATE_TXID,
  codes.BAD_PAYLOAD,
  codes.BAD_COMMON_HEADER,
  codes.BAD_CREATOR_SIGNATURE,
  codes.BAD_PROPOSAL_TXID,
  codes.UNKNOWN_TX_TYPE,
  codes.TARGET_CHAIN_NOT_FOUND,
]);

export type Endorsement = { endorser: Uint8Array; signature: Uint8Array };

/** What the endorsers agreed on. */
export type EndorsedAction = {
  chaincode: string;
  /** What each endorser signed, with its own identity after it. */
  responsePayload: Uint8Array;
  endorsements: Endorsement[];
  sets: ReadWriteSet[];
  event: peer.ChaincodeEvent | undefined;
};

/** A submitted transaction out of its envelope; its form is checked, its signatures are not. */
export type Transaction = {
  txId: string;
  channel: string;
  timestampMs: number;
  creator: Uint8Array;
  /** What the creator signed, and the signature. */
  payload: Uint8Array;
  signature: Uint8Array;
  /** Undefined where it is malformed, or not the one that was proposed. */
  action: EndorsedAction | undefined;
};

/**
 * Takes an envelope apart and checks all that needs no keys and no state (Fabric: core/common/validation/msgvalidation.go).
 *
 * @returns the transaction, or the validation code of what is wrong with its outer form
 */
export function parseTransaction(bytes: Uint8Array): Transaction | { code: ValidationCode } {
  const envelope = tryDecode(common.Envelope, bytes);
  const payload = envelope && tryDecode(common.Payload, envelope.getPayload_asU8());
  const header = payload?.getHeader();
  if (!envelope || !payload || !header) return { code: codes.BAD_PAYLOAD };
  const channelHeader = tryDecode(common.ChannelHeader, header.getChannelHeader_asU8());
  const signatureHeader = tryDecode(common.SignatureHeader, header.getSignatureHeader_asU8());
  if (!channelHeader || !signatureHeader || channelHeader.getEpoch() !== 0) return { code: codes.BAD_COMMON_HEADER };
  const creator = signatureHeader.getCreator_asU8();
  const nonce = signatureHeader.getNonce_asU8();
  if (creator.length === 0 || nonce.length === 0) return { code: codes.BAD_COMMON_HEADER };
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return { code: codes.UNKNOWN_TX_TYPE };
  const txId = channelHeader.getTxId();
  if (txId !== computeTxId(nonce, creator)) return { code: codes.BAD_PROPOSAL_TXID };
  const timestamp = channelHeader.getTimestamp();
  return {
    txId,
    channel: channelHeader.getChannelId(),
    timestampMs: timestamp ? timestampToMs(timestamp) : 0,
    creator,
    payload: envelope.getPayload_asU8(),
    signature: envelope.getSignature_asU8(),
    action: parseAction(payload, header),
  };
}

function parseAction(payload: common.Payload, header: common.Header): EndorsedAction | undefined {
  try {
    const [transactionAction, ...more] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
    if (!transactionAction || more.length > 0) return undefined;
    const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(transactionAction.getPayload_asU8());
    const endorsed = actionPayload.getAction();
    if (!endorsed) return undefined;
    const responsePayload = endorsed.getProposalResponsePayload_asU8();
    const response = peer.ProposalResponsePayload.deserializeBinary(responsePayload);
    const expectedHash = proposalHash(
      header.getChannelHeader_asU8(),
      transactionAction.getHeader_asU8(),
      actionPayload.getChaincodeProposalPayload_asU8(),
    );
    if (!expectedHash.equals(response.getProposalHash_asU8())) return undefined;
    const chaincodeAction = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
    const events = chaincodeAction.getEvents_asU8();
    return {
      chaincode: chaincodeAction.getChaincodeId()?.getName() ?? '',
      responsePayload,
      endorsements: endorsed.getEndorsementsList().map((endorsement) => ({
        endorser: endorsement.getEndorser_asU8(),
        signature: endorsement.getSignature_asU8(),
      })),
      sets: decodeReadWriteSets(chaincodeAction.getResults_asU8()),
      event: events.length > 0 ? peer.ChaincodeEvent.deserializeBinary(events) : undefined,
    };
  } catch {
    return undefined;
  }
}

/**
 * Whether a transaction with this finding enters the index of transactions: only where the id was shown to be its
 * creator's, and never for a duplicate, which must not replace the transaction that it repeats.
 */
export function isIndexed(code: ValidationCode): boolean {
  return !NOT_INDEXED.has(code);
}

/** Transaction id: SHA-256 over nonce ‖ creator, in hex (Fabric, protoutil/proputils.go). */
export function computeTxId(nonce: Uint8Array, creator: Uint8Array): string {
  return sha256(Buffer.concat([nonce, creator])).toString('hex');
}

/** Hash that ties an endorsement to its proposal: headers and chaincode input, transient data left out. */
export function proposalHash(
  channelHeader: Uint8Array,
  signatureHeader: Uint8Array,
  payloadWithoutTransient: Uint8Array,
): Buffer {
  return sha256(Buffer.concat([channelHeader, signatureHeader, payloadWithoutTransient]));
}

/** The chaincode's input as it goes into the transaction: transient data never reaches the ledger. */
export function withoutTransient(payload: peer.ChaincodeProposalPayload): Buffer {
  const stripped = new peer.ChaincodeProposalPayload();
  stripped.setInput(payload.getInput_asU8());
  return encode(stripped);
}

/** Puts a proposal and its endorsements together into the envelope that the client will sign. */
export function assembleTransaction(
  header: common.Header,
  payload: peer.ChaincodeProposalPayload,
  responsePayload: Uint8Array,
  endorsements: Endorsement[],
): common.Envelope {
  const endorsed = new peer.ChaincodeEndorsedAction();
  endorsed.setProposalResponsePayload(responsePayload);
  endorsed.setEndorsementsList(
    endorsements.map(({ endorser, signature }) => {
      const endorsement = new peer.Endorsement();
      endorsement.setEndorser(endorser);
      endorsement.setSignature(signature);
      return endorsement;
    }),
  );
  const actionPayload = new peer.ChaincodeActionPayload();
  actionPayload.setChaincodeProposalPayload(withoutTransient(payload));
  actionPayload.setAction(endorsed);
  const action = new peer.TransactionAction();
  action.setHeader(header.getSignatureHeader_asU8());
  action.setPayload(encode(actionPayload));
  const transaction = new peer.Transaction();
  transaction.setActionsList([action]);
  const whole = new common.Payload();
  whole.setHeader(header);
  whole.setData(encode(transaction));
  const envelope = new common.Envelope();
  envelope.setPayload(encode(whole));
  return envelope;
}

/** Bytes that an endorser signs: the response, then its own identity. */
export function endorsedBytes(responsePayload: Uint8Array, endorser: Uint8Array): Buffer {
  return Buffer.concat([asBuffer(responsePayload), endorser]);
}
