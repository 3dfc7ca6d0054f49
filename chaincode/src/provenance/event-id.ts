import { type EventRef, eventKey } from '@hopline/protocol';
import type { Draft } from '../state/draft.ts';

const maxOthers = 100;

/**
 * Notes which event an organisation gave its own eventID to. The same id on other content is a conflict: the first event
 * stands, the later ones are listed beside it. A declaration of error carries the id of the event that it is about.
 *
 * @returns whether the event is such a later one
 */
export async function noteEventId(
  draft: Draft,
  mspId: string,
  eventId: string | null,
  ref: EventRef,
): Promise<boolean> {
  if (eventId === null || eventId === ref.event) return false;
  const known = await draft.load('event-id', mspId, eventId);
  if (!known) {
    draft.put('event-id', [mspId, eventId], { schema: 1, mspId, eventId, first: ref, others: [] });
    return false;
  }
  if (known.first.event === ref.event) return false;
  const listed = known.others.some((other) => eventKey(other) === eventKey(ref));
  if (!listed && known.others.length < maxOthers) {
    draft.put('event-id', [mspId, eventId], { ...known, others: [...known.others, ref] });
  }
  return true;
}
