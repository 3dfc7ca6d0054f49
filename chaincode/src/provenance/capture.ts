import { type CaptureResult, parseCapture, type TransactionInput } from '@hopline/protocol';
import {
  errorDeclarationDigest,
  eventHash,
  ledgerEpcisLimits,
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
    result.events.push(await placing(parsed.pointer, () => applyEvent(draft, captured, capturer, timeMs)));
  }
  return { result, event: { name: 'captured', payload: { events: events.length } } };
}

/** Says in a refusal which event of the document it is about, and which `field`: whoever sent a hundred would not find it. */
async function placing<T>(pointer: string, apply: () => Promise<T>): Promise<T> {
  try {
    return await apply();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message, details } = error.refusal;
    const { field = '', ...values } = details;
    throw new Refused(code, message, { pointer: pointer + String(field), ...values }, { cause: error });
  }
}

async function nameEvent({ event, source }: ParsedEvent, position: number): Promise<CapturedEvent> {
  return {
    normalised: normalise(event),
    event: await eventHash(source),
    declaration: await errorDeclarationDigest(source),
    position,
  };
}
