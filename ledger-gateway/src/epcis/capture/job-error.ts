import { type ProblemCode, ProtocolError } from '@hopline/protocol';
import { GatewayError } from '../../gateway-error.ts';
import { exceptionOf } from '../http/epcis-problem.ts';
import type { DocumentEvent } from './capture-document.ts';
import type { JobError } from './capture-job.ts';

/** Failures after which the same capture may succeed later: the ledger is away, or did not say what became of it. */
const passing: ReadonlySet<ProblemCode> = new Set([
  'ledger-unavailable',
  'ledger-conflict',
  'commit-unknown',
  'projection-stale',
]);

/** Whether trying again is of use. Nothing is captured twice by it: events are recognised by their hashes. */
export function isPassing(error: unknown): boolean {
  return error instanceof GatewayError && passing.has(error.code);
}

/** Refusals of a whole transaction, whatever is in it: of this gateway's signer, or by a ledger that does not work. */
const ofAll: ReadonlySet<ProblemCode> = new Set([
  'ledger-failed',
  'ledger-conflict',
  'unknown-signer',
  'not-permitted',
  'key-revoked',
  'signature-refused',
  'argument-malformed',
]);

/** Whether a refusal is about no event in particular, so that it is of no use to look for one. */
export function isOfAll(error: unknown): boolean {
  return error instanceof GatewayError && ofAll.has(error.code) && error.details.pointer === undefined;
}

/** What a refusal says in a job: where in the document, and why. Anything that is not a refusal is thrown again. */
export function jobError(error: unknown, event: DocumentEvent | null, position: number | null): JobError {
  if (!(error instanceof GatewayError) && !(error instanceof ProtocolError)) throw error;
  const eventId = event === null ? undefined : event.source.eventID;
  return {
    ...error.details,
    ...exceptionOf(error.code),
    code: error.code,
    title: error.message,
    pointer: pointerIn(error, event, position),
    ...(typeof eventId === 'string' ? { eventID: eventId } : {}),
  };
}

/** The place in the document as it was sent. The refusal of a group names the place in the group. */
function pointerIn(error: GatewayError | ProtocolError, event: DocumentEvent | null, position: number | null): string {
  const { pointer } = error.details;
  if (event === null) return typeof pointer === 'string' ? pointer : '';
  if (typeof pointer !== 'string') return event.pointer;
  if (position === null) return pointer.startsWith(event.pointer) ? pointer : event.pointer;
  const inGroup = groupPointer.exec(pointer);
  return event.pointer + (inGroup?.[2] ?? '');
}

const groupPointer = /^(?:\/epcisBody\/eventList)?\/(\d+)(\/.*)?$/;

/** Which event of a group a refusal is about; `null` where it does not say. */
export function refusedPosition(error: unknown): number | null {
  if (!(error instanceof GatewayError)) return null;
  const { pointer } = error.details;
  const position = typeof pointer === 'string' ? groupPointer.exec(pointer)?.[1] : undefined;
  return position === undefined ? null : Number(position);
}
