import { type CaptureResult, parseCapture, type TransactionInput } from '@hopline/protocol';
import {
  type EpcisLimits,
  errorDeclarationDigest,
  eventHash,
  normalise,
  type ParsedEvent,
  parseDocument,
} from '@hopline/protocol/epcis';
import { bytesOf } from '../base64-url.ts';
import { Refused, refusing } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { applyEvent, type CapturedEvent } from './apply-event.ts';
import { identifyCapturer } from './capturer.ts';

/** What one transaction takes: a peer endorses within seconds, and all events of a document are one transaction. */
export const ledgerEpcisLimits: EpcisLimits = {
  maxDocumentBytes: 512 * 1024,
  maxEventsPerDocument: 200,
  maxListEntriesPerEvent: 500,
  maxDepth: 24,
  maxTextChars: 2_048,
};

/** Applies the events of a signed EPCIS document in their order, all of them or none. */
export async function capture(
  { statement }: TransactionInput<'provenance:Capture'>,
  draft: Draft,
  { submitter, channel, timeMs }: Circumstances,
): Promise<Outcome> {
  const bytes = bytesOf(statement, 'the statement');
  const unverified = await refusing('argument-malformed', () => parseCapture(bytes));
  const capturer = await identifyCapturer(draft, unverified, channel);
  if (capturer.mspId !== submitter) {
    throw new Refused('not-permitted', "an organisation captures its own signers' events", {
      signer: capturer.signer,
      mspId: capturer.mspId,
      submitter,
    });
  }
  const { events } = await refusing('event-malformed', () => parseDocument(unverified.document, ledgerEpcisLimits));
  const result: CaptureResult = { events: [] };
  for (const [position, parsed] of events.entries()) {
    const captured = await refusing('event-malformed', () => nameEvent(parsed, position));
    result.events.push(await applyEvent(draft, captured, capturer, timeMs));
  }
  return { result, event: { name: 'captured', payload: { events: events.length } } };
}

async function nameEvent({ event, source }: ParsedEvent, position: number): Promise<CapturedEvent> {
  return {
    normalised: normalise(event),
    event: await eventHash(source),
    declaration: await errorDeclarationDigest(source),
    position,
  };
}
