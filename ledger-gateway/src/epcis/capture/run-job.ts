import { ProtocolError, signCapture, toBase64Url } from '@hopline/protocol';
import { GatewayError } from '../../gateway-error.ts';
import type { CaptureContext } from '../../intake/capture.ts';
import { projected } from '../../intake/projected.ts';
import { epcisLimits } from '../limits.ts';
import { type CaptureDocument, openCaptureDocument } from './capture-document.ts';
import { captureGroup, conflictsAmong, type GroupOutcome, type Submit } from './capture-group.ts';
import { type CaptureJob, type JobError, saveJob } from './capture-job.ts';
import { nextGroup } from './group-events.ts';
import { isPassing, jobError } from './job-error.ts';

/**
 * Does a job from where it stands to its end. A crash in the middle loses nothing: its progress is kept after each
 * transaction, and a transaction that was committed and not noted is recognised when it is done again.
 *
 * @returns whether it is finished; `false` only when the signal was given
 */
export async function runJob(
  context: CaptureContext,
  job: CaptureJob,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<boolean> {
  const document = openCaptureDocument(bytes);
  const submit = submitter(context);
  if (job.behaviour === 'rollback') {
    const outcome = await persisting(context, signal, () => captureWhole(document, submit));
    if (outcome === null) return false;
    await saveJob(context.store, finished({ ...job, ...outcome }, context.clock.now()));
    return true;
  }
  let current = job;
  while (current.done < document.events.length) {
    const group = nextGroup(document.events, current.done);
    const outcome = await persisting(context, signal, () => captureGroup(document, group, submit));
    if (outcome === null) return false;
    const done = current.done + group.length;
    current = {
      ...current,
      done,
      errors: boundedErrors([...current.errors, ...outcome.errors]),
      conflicts: [...current.conflicts, ...outcome.conflicts].slice(0, epcisLimits.maxJobErrors),
    };
    if (done < document.events.length) await saveJob(context.store, current);
  }
  await saveJob(context.store, finished(current, context.clock.now()));
  return true;
}

/** All events in one transaction, or none: what the chaincode refuses of one, it refuses of all. */
async function captureWhole({ json, events }: CaptureDocument, submit: Submit): Promise<GroupOutcome> {
  try {
    return { errors: [], conflicts: conflictsAmong(events, await submit(json)) };
  } catch (error) {
    if (isPassing(error)) throw error;
    return { errors: [jobError(error, null, null)], conflicts: [] };
  }
}

/** Signs a document as the organisation's application, submits it, and waits until queries find its events. */
function submitter({ signerKey, channel, signer, ledger, projection, clock }: CaptureContext): Submit {
  return async (document) => {
    const statement = await signCapture(signerKey, channel, signer, document);
    const committed = await ledger.submit('provenance:Capture', { statement: toBase64Url(statement) });
    await projected(projection, clock, committed);
    return committed.result.events;
  };
}

/** Tries again, with growing pauses, what fails for a passing reason. `null` when the signal was given. */
async function persisting<T>(
  { clock }: CaptureContext,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) return null;
      if (!isPassing(error) || isStubborn(error, attempt)) throw error;
      await clock.sleep(Math.min(epcisLimits.firstRetryMs * 2 ** attempt, epcisLimits.maxRetryMs), signal);
      if (signal.aborted) return null;
    }
  }
}

/** A transaction that is committed as invalid again and again will not become valid: others wait behind it. */
function isStubborn(error: unknown, attempt: number): boolean {
  return error instanceof GatewayError && error.code === 'ledger-conflict' && attempt >= epcisLimits.maxConflictRetries;
}

/**
 * Ends a job that fails for a reason that is not its events', so that it does not stand in the way of the others. The error
 * says from which event of the document on nothing was captured.
 */
export function failedJob(job: CaptureJob, error: unknown, nowMs: number): CaptureJob {
  const known = error instanceof GatewayError || error instanceof ProtocolError;
  const shown = known ? error : new GatewayError('internal', 'something went wrong here');
  const last: JobError = { ...jobError(shown, null, null), notCapturedFrom: job.done };
  return finished({ ...job, errors: [...job.errors, last] }, nowMs);
}

function finished(job: CaptureJob, nowMs: number): CaptureJob {
  return { ...job, done: job.events, errors: boundedErrors(job.errors), finishedMs: nowMs };
}

/** The first errors in full; the last one then says that there were more. */
function boundedErrors(errors: readonly JobError[]): readonly JobError[] {
  const { maxJobErrors } = epcisLimits;
  if (errors.length <= maxJobErrors) return errors;
  const rest = errors.slice(maxJobErrors - 1);
  const before = rest.find((error) => typeof error.further === 'number');
  const further = rest.length - (before ? 1 : 0) + (typeof before?.further === 'number' ? before.further : 0);
  return [
    ...errors.slice(0, maxJobErrors - 1),
    {
      type: 'epcisException:ValidationException',
      code: 'too-large',
      title: 'more events were refused than are listed here',
      status: 400,
      further,
    },
  ];
}
