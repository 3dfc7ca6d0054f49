import {
  type CaptureResult,
  type EventFlag,
  type EventRecord,
  type EventRef,
  noAttribute,
  type Policy,
  type Remark,
  strictPolicy,
} from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Capturer } from './capturer.ts';
import { noteEventId } from './event-id.ts';
import { assertUsable, glnOf } from './identifiers.ts';
import { type Effect, together } from './scene.ts';
import { stepOf } from './step-of.ts';

/** How far an event's time may be ahead of its transaction's: clocks of trading partners differ, days do not. */
export const maxEventAheadMs = 86_400_000;

/** An event of a document, named by what it says. */
export interface CapturedEvent extends EventRef {
  readonly normalised: NormalisedEvent;
  /** Its place in the document's list of events. */
  readonly position: number;
}

/** Applies one event to the draft and records it. Throws the refusal where it breaks a rule. */
export async function applyEvent(
  draft: Draft,
  captured: CapturedEvent,
  capturer: Capturer,
  timeMs: number,
): Promise<CaptureResult['events'][number]> {
  const { event, declaration, normalised, position } = captured;
  const { eventId } = normalised;
  const answer = { event, declaration, eventId };
  assertUsable(normalised);
  const earlier = await draft.load('event', event, declaration ?? noAttribute);
  if (earlier) return { ...answer, outcome: 'duplicate', flags: earlier.flags };
  assertTime(normalised, timeMs);
  const place = await placeOf(draft, normalised, capturer);
  const isConflict = await noteEventId(draft, capturer.mspId, eventId, { event, declaration });
  const { outcome, flags, remarks, movements } = await decide(draft, captured, isConflict, place, capturer);
  draft.put('event', [event, declaration ?? noAttribute], {
    schema: 1,
    event,
    declaration,
    eventId: eventId === event ? null : eventId,
    type: normalised.type,
    bizStep: normalised.bizStep,
    eventTimeMs: normalised.eventTimeMs,
    place,
    mspId: capturer.mspId,
    signer: capturer.signer,
    kid: capturer.kid,
    position,
    outcome,
    flags: [...flags],
    ...(remarks.length === 0 ? {} : { remarks: [...remarks] }),
    movements: [...movements],
    recordedAtMs: timeMs,
  });
  return { ...answer, outcome, flags: [...flags] };
}

type Decision = Effect & Pick<EventRecord, 'outcome'> & { readonly remarks: readonly Remark[] };

async function decide(
  draft: Draft,
  { normalised, event }: CapturedEvent,
  isConflict: boolean,
  place: string | null,
  { mspId }: Capturer,
): Promise<Decision> {
  const unchanged = (outcome: EventRecord['outcome'], ...flags: EventFlag[]): Decision => ({
    outcome,
    flags,
    remarks: [],
    movements: [],
  });
  if (isConflict) return unchanged('conflict', 'event-id-conflict');
  if (normalised.errorDeclaration) return unchanged('declared-error', 'error-declaration');
  if (normalised.bizStep === 'void_shipping') return unchanged('observed', 'void-shipping');
  const step = stepOf(normalised);
  if (!step) return unchanged('observed');
  if (place === null) {
    throw new Refused('event-party', 'this step needs a read point with a GLN', {
      field: '/readPoint',
      readPoint: normalised.readPoint,
      bizLocation: normalised.bizLocation,
    });
  }
  // What the protocol package refuses within a step are amounts: too many digits, units that do not convert.
  const policy = await policyOf(draft, mspId);
  const effect = await refusing('quantity', () => step(draft, { hash: event, place, mspId, policy }));
  return { outcome: 'applied', ...together([effect]) };
}

/** The policy of an organisation: the strict one where it has put none on the ledger. */
async function policyOf(draft: Draft, mspId: string): Promise<Policy> {
  return (await draft.load('policy', mspId)) ?? strictPolicy(mspId);
}

/** GLN of where the event took place, which has to be a site that the signer's organisation controls and the signer may act at. */
async function placeOf(
  draft: Draft,
  event: NormalisedEvent,
  { mspId, places, signer }: Capturer,
): Promise<string | null> {
  const readPoint = glnOf(event.readPoint);
  const place = readPoint ?? glnOf(event.bizLocation);
  if (place === null) return null;
  const field = readPoint === null ? '/bizLocation' : '/readPoint';
  const site = await draft.load('site', place);
  if (!site) throw new Refused('unknown-site', 'the read point is not a registered site', { field, gln: place });
  if (site.mspId !== mspId) {
    throw new Refused('event-party', "the read point is not under the signer's organisation's control", {
      field,
      place,
      owner: site.mspId,
      mspId,
    });
  }
  if (places.length > 0 && !places.includes(place)) {
    throw new Refused('event-party', 'the signer may not act at this place', { field, place, signer });
  }
  return place;
}

function assertTime({ eventTimeMs, eventTime }: NormalisedEvent, timeMs: number): void {
  if (eventTimeMs >= 0 && eventTimeMs <= timeMs + maxEventAheadMs) return;
  throw new Refused('event-malformed', 'the event is dated too far ahead, or before 1970', {
    field: '/eventTime',
    eventTime,
    transactionTimeMs: timeMs,
    maxAheadMs: maxEventAheadMs,
  });
}
