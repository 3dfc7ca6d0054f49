import { ledgerEpcisLimits, parseEvent } from '@hopline/protocol/epcis';
import type { CaptureDocument, DocumentEvent } from './capture-document.ts';
import { partOf } from './capture-document.ts';
import type { JobError } from './capture-job.ts';
import { isPassing, jobError, refusedPosition } from './job-error.ts';

/** Captures a document in one transaction. Throws the refusal. */
export type Submit = (document: unknown) => Promise<void>;

/**
 * Captures events in one transaction; where it is refused, finds out which event is to blame and captures the others. What
 * fails for a passing reason is thrown: the same group again does no harm, since events are recognised by their hashes.
 * @returns what was wrong with each event that was not captured, in the document's order
 */
export async function captureGroup(
  document: CaptureDocument,
  events: readonly DocumentEvent[],
  submit: Submit,
): Promise<JobError[]> {
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
  await captureSound(document, sound, submit, refused);
  return events.flatMap((event) => refused.get(event) ?? []);
}

async function captureSound(
  document: CaptureDocument,
  events: readonly DocumentEvent[],
  submit: Submit,
  refused: Map<DocumentEvent, JobError>,
): Promise<void> {
  let left = events;
  while (left.length > 0) {
    try {
      await submit(partOf(document, left));
      return;
    } catch (error) {
      if (isPassing(error)) throw error;
      const position = left.length === 1 ? 0 : refusedPosition(error);
      const guilty = position === null ? undefined : left[position];
      if (guilty === undefined) {
        // It does not say which one: halves are tried until one is left alone with its refusal.
        const middle = Math.ceil(left.length / 2);
        await captureSound(document, left.slice(0, middle), submit, refused);
        left = left.slice(middle);
        continue;
      }
      refused.set(guilty, jobError(error, guilty, position));
      left = left.filter((event) => event !== guilty);
    }
  }
}
