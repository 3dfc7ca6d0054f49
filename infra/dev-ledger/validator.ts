import { peer } from '@hyperledger/fabric-protos';
import type { OrderedBlock } from './block.ts';
import type { Finding, Ledger, ValidatedBlock } from './ledger.ts';
import type { Membership } from './membership.ts';
import { BlockWrites, checkReads } from './mvcc.ts';
import { type EndorsedAction, endorsedBytes, isIndexed, type Transaction, type ValidationCode } from './transaction.ts';

const codes = peer.TxValidationCode;

export type ValidationRules = {
  channel: string;
  chaincode: string;
  /** Organisations whose peers must have endorsed. */
  requiredEndorsements: number;
  membership: Membership;
};

/** A transaction after the checks that need no state. */
export type CheckedTransaction = { transaction: Transaction; code: ValidationCode };

/**
 * First step: form, signatures and endorsement policy of the transactions of a block, independent of each other and of
 * the state, so it can run while earlier blocks are being committed.
 */
export function checkTransactions(transactions: Transaction[], rules: ValidationRules): Promise<CheckedTransaction[]> {
  return Promise.all(
    transactions.map(async (transaction) => ({ transaction, code: await checkTransaction(transaction, rules) })),
  );
}

/** Second step, in the order of the blocks: duplicates, and whether what was read is still so. */
export async function resolveTransactions(
  ordered: OrderedBlock,
  checked: CheckedTransaction[],
  ledger: Pick<Ledger, 'snapshot' | 'transaction'>,
): Promise<ValidatedBlock> {
  const snapshot = ledger.snapshot();
  try {
    const writes = new BlockWrites();
    const seen = new Set<string>();
    const findings: Finding[] = [];
    for (const [position, { transaction, code }] of checked.entries()) {
      const { txId, action } = transaction;
      let found = code;
      if (isIndexed(code)) {
        if (seen.has(txId) || ledger.transaction(txId)) found = codes.DUPLICATE_TXID;
        seen.add(txId);
      }
      if (found === codes.VALID && action) {
        found = await checkReads(action.sets, snapshot, writes);
        if (found === codes.VALID) writes.add(action.sets, { block: ordered.number, transaction: position });
      }
      findings.push({ txId, code: found });
    }
    return { ordered, findings, writes };
  } finally {
    snapshot.close();
  }
}

async function checkTransaction(transaction: Transaction, rules: ValidationRules): Promise<ValidationCode> {
  const { membership } = rules;
  const { action } = transaction;
  if (transaction.channel !== rules.channel) return codes.TARGET_CHAIN_NOT_FOUND;
  const creator = await membership.verify(transaction.creator, transaction.payload, transaction.signature);
  if (!creator) return codes.BAD_CREATOR_SIGNATURE;
  if (!action) return codes.INVALID_ENDORSER_TRANSACTION;
  if (action.chaincode !== rules.chaincode) return codes.INVALID_CHAINCODE;
  if (action.sets.some((set) => set.namespace !== rules.chaincode)) return codes.ILLEGAL_WRITESET;
  const organisations = await endorsingOrganisations(action, membership);
  return organisations.size >= rules.requiredEndorsements ? codes.VALID : codes.ENDORSEMENT_POLICY_FAILURE;
}

/** Organisations with a peer whose endorsement of this transaction is genuine. */
async function endorsingOrganisations(
  { responsePayload, endorsements }: EndorsedAction,
  membership: Membership,
): Promise<Set<string>> {
  const endorsers = await Promise.all(
    endorsements.map(({ endorser, signature }) =>
      membership.verify(endorser, endorsedBytes(responsePayload, endorser), signature),
    ),
  );
  return new Set(endorsers.flatMap((endorser) => (endorser?.role === 'peer' ? [endorser.mspId] : [])));
}
