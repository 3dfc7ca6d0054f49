import type { ClassQuantity, NormalisedEvent } from '../epcis/index.ts';
import { ProtocolError } from '../error.ts';
import { type GS1Identifier, parseIdentifier } from '../gs1/index.ts';
import type { OrganisationData, PlaceData, ProductData } from '../master-data/index.ts';

/** An event with what the ledger knows of it; `null`s where it was never on a ledger (a file that is checked offline). */
export interface FsmaEvent {
  /** CBV event hash. */
  readonly hash: string;
  readonly transactionId: string | null;
  readonly block: number | null;
  /** What became of it on the ledger: `applied`, `observed`, `conflict`, `declared-error`. */
  readonly outcome: string | null;
  readonly event: NormalisedEvent;
}

export type PlaceFacts = Partial<PlaceData> & { readonly organisationName?: string | undefined };
export type ProductFacts = Partial<ProductData>;
export type PartyFacts = Partial<OrganisationData>;

/** Master data by key; `null` for what nobody here knows. */
export interface Facts {
  place(gln: string): PlaceFacts | null;
  product(gtin: string): ProductFacts | null;
  party(gln: string): PartyFacts | null;
}

/** Goods that an event speaks of, in which part; amounts are decimal texts, `null` where the event leaves them open. */
export interface Line {
  readonly role: 'object' | 'child' | 'input' | 'output';
  readonly id: string;
  readonly amount: string | null;
  readonly uom: string | null;
}

/** Everything that an event counts or names one by one, units that hold other things included. */
export function linesOf(event: NormalisedEvent): Line[] {
  const one = (role: Line['role']) => (id: string) => ({ role, id, amount: null, uom: null });
  const some = (role: Line['role']) => (quantity: ClassQuantity) => ({
    role,
    id: quantity.epcClass,
    amount: quantity.amount,
    uom: quantity.uom,
  });
  switch (event.type) {
    case 'TransformationEvent':
      return [
        ...event.inputEpcs.map(one('input')),
        ...event.inputQuantities.map(some('input')),
        ...event.outputEpcs.map(one('output')),
        ...event.outputQuantities.map(some('output')),
      ];
    case 'AggregationEvent':
    case 'AssociationEvent':
      return [...event.childEpcs.map(one('child')), ...event.childQuantities.map(some('child'))];
    case 'ObjectEvent':
    case 'TransactionEvent':
      return [...event.epcs.map(one('object')), ...event.quantities.map(some('object'))];
  }
}

/** The unit that an event names as holding its children. */
export function parentOf(event: NormalisedEvent): string | null {
  return 'parent' in event ? event.parent : null;
}

/** GTIN and lot of goods; `lot` is `null` for a product without one, and all of it for what is no trade item. */
export function tradeItem(id: string): { gtin: string; lot: string | null } | null {
  const identifier = identify(id);
  return identifier && 'gtin' in identifier
    ? { gtin: identifier.gtin, lot: 'lot' in identifier ? (identifier.lot ?? null) : null }
    : null;
}

/** Whether an identifier is of a thing that holds goods: a logistic unit or a returnable asset. */
export function isUnit(id: string): boolean {
  const kind = identify(id)?.kind;
  return kind === 'sscc' || kind === 'grai' || kind === 'giai';
}

/** GLN and extension of a place or party; `null` for anything else. */
export function glnOf(id: string | null): { gln: string; extension: string | null } | null {
  const identifier = id === null ? null : identify(id);
  if (!identifier || !('gln' in identifier)) return null;
  return { gln: identifier.gln, extension: 'extension' in identifier ? identifier.extension : null };
}

/** The local day of an event, by the offset that it states for its place: `2026-04-17`. */
export function dayOf({
  eventTimeMs,
  eventTimeZoneOffset,
}: Pick<NormalisedEvent, 'eventTimeMs' | 'eventTimeZoneOffset'>): string {
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):(\d{2})$/.exec(eventTimeZoneOffset) ?? [];
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return new Date(eventTimeMs + offsetMs).toISOString().slice(0, 10);
}

/**
 * The traceability lot code of GTIN and lot, in GS1 element string form: `(01)00614141123452(10)A-17`. The rule leaves the
 * form to whoever assigns it (21 CFR 1.1310); both parts together are unique everywhere, either alone is not.
 */
export function traceabilityLotCode(gtin: string, lot: string): string {
  return `(01)${gtin}(10)${lot}`;
}

/** Texts whose reading is remembered: the same few lots, units and places stand in thousands of events. */
const maxRememberedTexts = 20_000;
const remembered = new Map<string, GS1Identifier | null>();

function identify(id: string): GS1Identifier | null {
  const known = remembered.get(id);
  if (known !== undefined) return known;
  const identifier = read(id);
  if (remembered.size >= maxRememberedTexts) remembered.clear();
  remembered.set(id, identifier);
  return identifier;
}

function read(id: string): GS1Identifier | null {
  try {
    return parseIdentifier(id);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
