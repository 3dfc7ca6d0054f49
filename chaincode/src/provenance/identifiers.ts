import { ProtocolError } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { canonicalOrigin, parseIdentifier } from '@hopline/protocol/gs1';
import { Refused } from '../refused.ts';

/** Digital Links of what holds goods and moves with them: logistic units (SSCC) and assets (GRAI, GIAI). */
const unitLinks = ['/00/', '/8003/', '/8004/'].map((path) => canonicalOrigin + path);
const serialLink = new RegExp(`^${canonicalOrigin.replaceAll('.', '\\.')}/01/\\d{14}/21/`);

/** Whether an identifier names a unit by its kind. Others become units by being packed into. */
export function isUnitLink(id: string): boolean {
  return unitLinks.some((link) => id.startsWith(link));
}

/** Whether an identifier names one single item (SGTIN), which exists once. */
export function isSerial(id: string): boolean {
  return serialLink.test(id);
}

/** The GLN in the canonical identifier of a place or party; `null` for anything else. */
export function glnOf(id: string | null): string | null {
  if (id === null) return null;
  try {
    const identifier = parseIdentifier(id);
    return 'gln' in identifier ? identifier.gln : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

export const maxIdentifierLength = 400;
export const maxTermLength = 200;

/** Refuses identifiers that cannot be keys of the world state: too long, or with control characters in them. */
export function assertUsable(event: NormalisedEvent): void {
  for (const id of identifiersOf(event)) assertText(id, maxIdentifierLength);
  for (const term of [event.bizStep, event.disposition]) if (term !== null) assertText(term, maxTermLength);
}

function assertText(text: string, maxLength: number): void {
  // U+0000 separates the parts of a composite key, U+10FFFF ends a range.
  if (text.length <= maxLength && !/[\p{Cc}\u{10FFFF}]/u.test(text)) return;
  throw new Refused('event-malformed', 'an identifier is too long for the ledger or holds control characters', {
    identifier: text.slice(0, maxLength),
    maxLength,
  });
}

function identifiersOf(event: NormalisedEvent): string[] {
  const { eventId } = event;
  const shared = eventId === null ? [] : [eventId];
  switch (event.type) {
    case 'ObjectEvent':
      return [...shared, ...event.epcs, ...classes(event.quantities)];
    case 'AggregationEvent':
    case 'AssociationEvent': {
      const parent = event.parent === null ? [] : [event.parent];
      return [...shared, ...parent, ...event.childEpcs, ...classes(event.childQuantities)];
    }
    case 'TransactionEvent':
      return shared;
    case 'TransformationEvent': {
      const id = event.transformationId === null ? [] : [event.transformationId];
      return [
        ...shared,
        ...id,
        ...event.inputEpcs,
        ...event.outputEpcs,
        ...classes(event.inputQuantities),
        ...classes(event.outputQuantities),
      ];
    }
  }
}

function classes(quantities: ReadonlyArray<{ readonly epcClass: string }>): string[] {
  return quantities.map(({ epcClass }) => epcClass);
}
