import { epcisLimits } from '../limits.ts';
import type { DocumentEvent } from './capture-document.ts';

/**
 * The next events of a document that go into one transaction together, at least one: consecutive, so that they are applied
 * in the order in which they were sent.
 * @param from position of the first one
 */
export function nextGroup(events: readonly DocumentEvent[], from: number): readonly DocumentEvent[] {
  let bytes = 0;
  let end = from;
  for (const event of events.slice(from, from + epcisLimits.maxGroupEvents)) {
    bytes += event.bytes;
    if (end > from && bytes > epcisLimits.maxGroupBytes) break;
    end++;
  }
  return events.slice(from, end);
}
