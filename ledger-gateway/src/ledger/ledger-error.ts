import { findRefusal, type Refusal } from '@hopline/protocol';
import { GatewayError as FabricError } from '@hyperledger/fabric-gateway';
import { GatewayError } from '../gateway-error.ts';

/** gRPC status codes (grpc/grpc, doc/statuscodes.md) that decide here. */
const grpc = {
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * What a failed step of a submission means.
 * - `refused`: the chaincode says no, and would again
 * - `overloaded`: the peer's gateway has too many requests; whoever asked should come back later
 * - `duplicate`: this transaction is on its way or on the ledger already
 * - `transient`: the same step with the same transaction may succeed
 * - `final`: the ledger has decided, for a reason that stays: no access, a chaincode that fails or does not know the function
 * - `unclear`: anything else
 */
export type Failure =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'overloaded' | 'duplicate' | 'transient' | 'final' | 'unclear' };

/** Steps at which a transaction can fail before its commit status is known. */
export type Step = 'endorse' | 'submit' | 'commit-status' | 'evaluate';

/** Codes after which a step may be repeated with the same transaction (Fabric documentation, "Fabric Gateway": retries). */
const transientCodes: Record<Step, ReadonlySet<number>> = {
  endorse: new Set([grpc.aborted, grpc.unavailable, grpc.failedPrecondition, grpc.deadlineExceeded]),
  submit: new Set([grpc.aborted, grpc.unavailable, grpc.deadlineExceeded]),
  'commit-status': new Set([grpc.unavailable, grpc.deadlineExceeded, grpc.aborted]),
  evaluate: new Set([grpc.unavailable, grpc.deadlineExceeded]),
};

const finalCodes: ReadonlySet<number> = new Set([
  grpc.invalidArgument,
  grpc.notFound,
  grpc.permissionDenied,
  grpc.unimplemented,
  grpc.unauthenticated,
]);

/**
 * What a peer says where it has asked the chaincode and got an error, or turns the client away. A failed endorsement comes
 * under ABORTED whatever the reason, so only the text tells. A chaincode that is not there is told in other words.
 */
const finalTexts = /chaincode response \d{3}, |access denied: /;

/** Tells the errors of fabric-gateway apart. The chaincode's own refusal is looked for first: it comes under ABORTED too. */
export function classify(step: Step, error: unknown): Failure {
  if (!(error instanceof FabricError)) return { kind: 'unclear' };
  const texts = [...error.details.map((detail) => detail.message), error.message];
  for (const text of texts) {
    const refusal = findRefusal(text);
    if (refusal) return { kind: 'refused', refusal };
  }
  const text = texts.join('\n');
  if (/duplicate transaction found|DUPLICATE_TXID/i.test(text)) return { kind: 'duplicate' };
  // The peer's limiter answers UNKNOWN; newer ones RESOURCE_EXHAUSTED.
  if (error.code === grpc.resourceExhausted || (error.code === grpc.unknown && /too many requests/i.test(text))) {
    return { kind: 'overloaded' };
  }
  if (finalCodes.has(error.code) || finalTexts.test(text)) return { kind: 'final' };
  return transientCodes[step].has(error.code) ? { kind: 'transient' } : { kind: 'unclear' };
}

/**
 * The chaincode's refusal as an error of ours, with its code, message and values.
 */
export function refusedError({ code, message, details }: Refusal, cause: unknown): GatewayError {
  return new GatewayError(code, message, details, { cause });
}

/** The transaction is on the ledger and marked invalid: it had no effect, and never will. */
export class CommittedInvalidError extends GatewayError {
  readonly transactionId: string;
  readonly block: number;
  readonly validationCode: number;

  constructor(transactionId: string, block: number, validationCode: number, name: string) {
    super('ledger-conflict', `the transaction was committed as invalid (${name})`, {
      transactionId,
      block,
      validation: name,
    });
    this.transactionId = transactionId;
    this.block = block;
    this.validationCode = validationCode;
  }
}

/** It is not known whether the transaction was or will be committed. Asking again with the same content is safe. */
export function commitUnknownError(transactionId: string, retryAfterMs: number, cause: unknown): GatewayError {
  return new GatewayError(
    'commit-unknown',
    'the ledger has not said whether the transaction is committed',
    { transactionId },
    { cause, retryAfterMs },
  );
}

/** The ledger can't be reached, or has too much to do. Nothing was submitted. */
export function unavailableError(retryAfterMs: number, cause: unknown): GatewayError {
  return new GatewayError(
    'ledger-unavailable',
    'the ledger does not take transactions now',
    {},
    { cause, retryAfterMs },
  );
}

/**
 * The ledger will not do it, for a reason that is not the request's: no access, a chaincode that fails or is of another
 * version. Nothing was submitted, and asking again gives the same; what the peer said is for the log (the cause).
 */
export function ledgerFailedError(name: string, cause: unknown): GatewayError {
  return new GatewayError('ledger-failed', 'the ledger can not run this transaction', { transaction: name }, { cause });
}
