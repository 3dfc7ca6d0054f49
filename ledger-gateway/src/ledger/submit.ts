import type { TransactionName } from '@hopline/protocol';
import type { Commit, Contract, Proposal, Status, Transaction } from '@hyperledger/fabric-gateway';
import { StatusCode } from '@hyperledger/fabric-gateway';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import {
  CommittedInvalidError,
  classify,
  commitUnknownError,
  type Failure,
  ledgerFailedError,
  refusedError,
  type Step,
  unavailableError,
} from './ledger-error.ts';
import type { SubmitLimits } from './ledger-options.ts';

/** A transaction that is committed and valid. `result` is what the chaincode gave back, parsed by its schema. */
export interface Committed<R = unknown> {
  readonly transactionId: string;
  readonly block: number;
  readonly result: R;
}

export interface SubmitContext {
  readonly contract: Contract;
  /** The commit of a transaction that is known by its id alone. */
  readonly commitById: (transactionId: string) => Commit;
  readonly clock: Clock;
  readonly limits: SubmitLimits;
  /** A number in [0, 1) that spreads retries of several gateways. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** Codes after which the same request in a new transaction may well succeed: somebody else's write came first. */
const conflicts: ReadonlySet<number> = new Set([StatusCode.MVCC_READ_CONFLICT, StatusCode.PHANTOM_READ_CONFLICT]);

/**
 * Submits a transaction and waits for its commit: endorse → submit → commit status. A step that fails for a passing
 * reason is repeated with the same transaction id, so that nothing happens twice; after a conflict of reads a new
 * transaction is made, a bounded number of times with growing pauses.
 *
 * The result is parsed before anything is submitted: a chaincode that answers in another form is of another version.
 *
 * @throws GatewayError with the chaincode's refusal, `ledger-unavailable` or `ledger-failed` (nothing submitted), or
 *   `commit-unknown`
 * @throws CommittedInvalidError
 */
export async function submitTransaction<R>(
  context: SubmitContext,
  name: string,
  argument: string,
  resultSchema: z.ZodType<R>,
): Promise<Committed<R>> {
  for (let conflict = 0; ; conflict++) {
    const proposal = context.contract.newProposal(name, { arguments: [argument] });
    const attempt = { step: 'endorse', name, id: proposal.getTransactionId() } as const;
    const endorsed = await repeat(context, attempt, () => endorse(context, name, proposal));
    const result = parseResult(name, endorsed.getResult(), resultSchema);
    const status = await commit(context, name, endorsed);
    if (status.successful) {
      return { transactionId: status.transactionId, block: Number(status.blockNumber), result };
    }
    if (!conflicts.has(status.code) || conflict >= context.limits.maxConflictRetries) throw invalid(status);
    await pause(context, conflict);
    if (context.signal.aborted) throw invalid(status);
  }
}

/** Runs a query on the organisation's own peer and returns its parsed result. Throws as `submitTransaction`. */
export async function evaluateTransaction<R>(
  context: SubmitContext,
  name: string,
  argument: string,
  resultSchema: z.ZodType<R>,
): Promise<R> {
  const proposal = context.contract.newProposal(name, { arguments: [argument] });
  const result = await repeat(context, { step: 'evaluate', name, id: proposal.getTransactionId() }, () =>
    proposal.evaluate({ deadline: deadline(context, context.limits.evaluateTimeoutMs) }),
  );
  return parseResult(name, result, resultSchema);
}

/** Transactions that may write thousands of keys, one question of the chaincode to its peer for each. */
const large: ReadonlySet<string> = new Set<TransactionName>([
  'recall:Open',
  'recall:ChangeScope',
  'recall:Close',
  'recall:Reopen',
]);

function endorse(context: SubmitContext, name: string, proposal: Proposal): Promise<Transaction> {
  const { largeEndorseTimeoutMs, endorseTimeoutMs } = context.limits;
  return proposal.endorse({ deadline: deadline(context, large.has(name) ? largeEndorseTimeoutMs : endorseTimeoutMs) });
}

async function commit(context: SubmitContext, name: string, transaction: Transaction): Promise<Status> {
  const id = transaction.getTransactionId();
  const submitted = await repeat(context, { step: 'submit', name, id }, () => submitOnce(context, transaction)).catch(
    (error: unknown) => {
      // SmartBFT: an orderer that has the transaction in a block already refuses the copy that the gateway brings it, so a
      // submission may seem to fail, each time anew, though it is ordered. Only the ledger knows.
      if (error instanceof GatewayError && error.code === 'commit-unknown') return context.commitById(id);
      throw error;
    },
  );
  // A second copy that reaches the ledger does not replace the first: the status by id is the first one's.
  return repeat(context, { step: 'commit-status', name, id }, () =>
    submitted.getStatus({ deadline: deadline(context, context.limits.commitStatusTimeoutMs) }),
  );
}

async function submitOnce(context: SubmitContext, transaction: Transaction): Promise<Commit> {
  try {
    return await transaction.submit({ deadline: deadline(context, context.limits.submitTimeoutMs) });
  } catch (error) {
    // Sent already, by an earlier attempt whose answer was lost: its outcome is asked for by its id.
    if (classify('submit', error).kind === 'duplicate') return context.commitById(transaction.getTransactionId());
    throw error;
  }
}

/** A step of the transaction of this name and id. */
interface Attempt {
  readonly step: Step;
  readonly name: string;
  readonly id: string;
}

/** Runs one step until it succeeds, fails for good, or has been tried often enough. */
async function repeat<T>(context: SubmitContext, what: Attempt, run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      const failure = classify(what.step, error);
      const again = failure.kind === 'transient' && attempt < context.limits.maxAttemptsPerStep;
      if (!again || context.signal.aborted) throw failed(context, what, failure, attempt, error);
      await pause(context, attempt - 1);
    }
  }
}

/** What a step's last failure means for whoever asked: before `submit` nothing has happened, after it nobody knows. */
function failed(
  { limits, signal }: SubmitContext,
  { step, name, id }: Attempt,
  failure: Failure,
  attempt: number,
  cause: unknown,
): Error {
  if (failure.kind === 'refused') return refusedError(failure.refusal, cause);
  // A peer that has too much to do turns a submission away unread; an earlier attempt, though, may have got through.
  const turnedAway = step === 'submit' && failure.kind === 'overloaded' && attempt === 1;
  // An id is made anew for each proposal, so a peer that knows it at endorsement has seen this very transaction.
  const nothingSent = (step === 'endorse' || step === 'evaluate') && failure.kind !== 'duplicate';
  // While this gateway stops, its own end looks like the ledger's.
  if (nothingSent && failure.kind === 'final' && !signal.aborted) return ledgerFailedError(name, cause);
  if (nothingSent || turnedAway) return unavailableError(limits.retryAfterMs, cause);
  return commitUnknownError(id, limits.retryAfterMs, cause);
}

function invalid(status: Status): CommittedInvalidError {
  const name = Object.entries(StatusCode).find(([, code]) => code === status.code)?.[0] ?? String(status.code);
  return new CommittedInvalidError(status.transactionId, Number(status.blockNumber), status.code, name);
}

/** Waits twice as long each time, up to the limit, and between half of it and all of it. */
function pause({ clock, limits, random, signal }: SubmitContext, before: number): Promise<void> {
  const full = Math.min(limits.firstBackoffMs * 2 ** before, limits.maxBackoffMs);
  return clock.sleep(full * (0.5 + random() / 2), signal);
}

function deadline({ clock }: SubmitContext, timeoutMs: number): number {
  return clock.now() + timeoutMs;
}

function parseResult<R>(name: string, bytes: Uint8Array, schema: z.ZodType<R>): R {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw ledgerFailedError(name, cause);
  }
}
