import type { CaptureResult } from '@hopline/protocol';
import { ledgerEpcisLimits, parseEvent } from '@hopline/protocol/epcis';
import type { CaptureDocument, DocumentEvent } from './capture-document.ts';
import { partOf } from './capture-document.ts';
import type { IdConflict, JobError } from './capture-job.ts';
import { isOfAll, isPassing, jobError, refusedPosition } from './job-error.ts';

/** Captures a document in one transaction, and says what became of its events. Throws the refusal. */
export type Submit = (document: unknown) => Promise<CaptureResult['events']>;

/** What became of events: the refusals of those that were not captured, and the conflicts of those that were. */
export interface GroupOutcome {
  readonly errors: readonly JobError[];
  readonly conflicts: readonly IdConflict[];
}

/**
 * Captures events in one transaction; where it is refused, finds out which event is to blame and captures the others. What
 * fails for a passing reason, or for one that no event is to blame for, is thrown: the same group again does no harm, since
 * events are recognised by their hashes.
 * @returns the refused events and the conflicts, in the document's order
 */
export async function captureGroup(
  document: CaptureDocument,
  events: readonly DocumentEvent[],
  submit: Submit,
): Promise<GroupOutcome> {
  const refused = new Map<DocumentEvent, JobError>();
  const sound = events.filter((event) => {
    try {
      parseEvent(event, ledgerEpcisLimits);
      return true;
    } catch (error) {
      refused.set(event, jobError(error, event, null));
      return false;
    }
  });
  const conflicts: IdConflict[] = [];
  await captureSound(document, sound, submit, refused, conflicts);
  return { errors: events.flatMap((event) => refused.get(event) ?? []), conflicts };
}

/** The conflicts among the events of a transaction, by what the chaincode answered for each. */
export function conflictsAmong(
  events: readonly Pick<DocumentEvent, 'pointer'>[],
  results: CaptureResult['events'],
): IdConflict[] {
  return results.flatMap(({ outcome, flags, event, eventId }, at) => {
    // One that is captured again is a duplicate, and keeps the flags that it got then.
    const isConflict = outcome === 'conflict' || (outcome === 'duplicate' && flags.includes('event-id-conflict'));
    return isConflict ? [{ pointer: events[at]?.pointer ?? '', eventID: eventId ?? event, event }] : [];
  });
}

async function captureSound(
  document: CaptureDocument,
  events: readonly DocumentEvent[],
  submit: Submit,
  refused: Map<DocumentEvent, JobError>,
  conflicts: IdConflict[],
): Promise<void> {
  let left = events;
  while (left.length > 0) {
    try {
      conflicts.push(...conflictsAmong(left, await submit(partOf(document, left))));
      return;
    } catch (error) {
      if (isPassing(error) || isOfAll(error)) throw error;
      const position = left.length === 1 ? 0 : refusedPosition(error);
      const guilty = position === null ? undefined : left[position];
      if (guilty === undefined) {
        // It does not say which one: halves are tried until one is left alone with its refusal.
        const middle = Math.ceil(left.length / 2);
        await captureSound(document, left.slice(0, middle), submit, refused, conflicts);
        left = left.slice(middle);
        continue;
      }
      refused.set(guilty, jobError(error, guilty, position));
      left = left.filter((event) => event !== guilty);
    }
  }
}
