import { refusalSchema, signCapture, toBase64Url } from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';
import type { CaptureContext } from '../intake/capture.ts';
import type { SheetEvent } from './make-events.ts';
import { fault, type SheetProblem } from './problems.ts';

/** What the chaincode would say of events: nothing, a refusal with the row that it speaks of, or no answer now. */
export type Rehearsal = 'accepted' | 'unknown' | { readonly problems: readonly SheetProblem[] };

const refusalCodes: ReadonlySet<string> = new Set(refusalSchema.shape.code.options);

/** What to do about a refusal that has a usual cause. */
const adviceByCode: Readonly<Record<string, string>> = {
  'not-held': 'Capture what brought it there first, or correct the lot, the place or the amount',
  'not-shipped': 'Nothing was sent there: check the lot and the place, or ask the sender',
  'unit-not-found': 'Build the pallet first, or correct its number',
  'already-commissioned': 'This pallet is on the ledger already: correct its number',
  'mass-balance': 'Inputs and outputs do not add up: correct the amounts',
  quantity: 'Use a unit of measure that the lot was captured with before',
  'on-hold': 'A recall keeps these goods where they are',
  'event-party': 'Only the organisation that a place belongs to can say what happened there',
};

/** Lets the chaincode decide on events as if they were captured now. Nothing is submitted. */
export async function rehearsePart(context: CaptureContext, events: readonly SheetEvent[]): Promise<Rehearsal> {
  const document = events.map(({ event }) => event);
  const statement = await signCapture(context.signerKey, context.channel, context.signer, document);
  try {
    await context.ledger.rehearse('provenance:Capture', { statement: toBase64Url(statement) });
    return 'accepted';
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    if (!refusalCodes.has(error.code)) return 'unknown';
    return { problems: problemsOf(error, events) };
  }
}

/** A refusal at the row of the event that it names by its place in the document, else at no row. */
export function problemsOf(refusal: GatewayError, events: readonly SheetEvent[]): SheetProblem[] {
  const advice = adviceByCode[refusal.code] ?? 'Correct the row, or ask who keeps the registry';
  const told = fault('refused', `The ledger would refuse this: ${inWords(refusal)}`, advice);
  return [{ row: refusedRows(refusal, events)[0] ?? null, column: null, field: null, ...told }];
}

/** Rows of the event that a refusal names by its place in the list that was captured (JSON pointer); none where it names none. */
export function refusedRows({ details }: GatewayError, events: readonly SheetEvent[]): readonly number[] {
  const index = typeof details.pointer === 'string' ? /^\/(\d+)/.exec(details.pointer)?.[1] : undefined;
  return events[Number(index ?? Number.NaN)]?.rows ?? [];
}

function inWords({ message, details }: GatewayError): string {
  const { held, asked } = details;
  return held === undefined || asked === undefined ? message : `${message} (there: ${held}, asked for: ${asked})`;
}
