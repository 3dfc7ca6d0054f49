import { z } from 'zod';
import { ProtocolError, type ProtocolErrorCode } from '../error.ts';
import { canonicalLink, type GS1Identifier, parseIdentifier } from '../gs1/index.ts';
import { amountOf } from './decimal.ts';
import { keyLinkOf } from './hash/key-link.ts';
import type { EpcisLimits } from './limits.ts';
import { checkNamingKey } from './naming-key.ts';
import { isZoneOffset, parseTimeMs } from './time.ts';
import { bareTerm, type PrivateTerm, vocabularies } from './vocabulary.ts';

/** Carries a typed refusal through zod, which knows nothing of our codes. */
export interface RefusalParams {
  readonly code: ProtocolErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A text that `read` accepts, replaced by what it returns; its ProtocolError becomes the field's fault. */
export function readText<T>(read: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      context.issues.push({
        code: 'custom',
        message: error.message,
        input: text,
        params: { code: error.code, details: error.details } satisfies RefusalParams,
      });
      return z.NEVER;
    }
  });
}

/** Any absolute URI. */
export const uri = readText((text) => {
  if (/^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text)) return text;
  throw new ProtocolError('epcis-identifier', 'An absolute URI is needed here', { value: text });
});

/** A time with its zone, kept as it was written. */
export const timeStamp = readText((text) => {
  parseTimeMs(text);
  return text;
});

/** A time zone offset, kept as it was written. */
export const zoneOffset = readText((text) => {
  if (isZoneOffset(text)) return text;
  throw new ProtocolError('epcis-time', 'A time zone offset reads +02:00 or -05:00', { value: text });
});

/** Something that exists once: an item, a logistic unit, an asset, or a private URI. Kept as it was written. */
export const instanceId = readText((text) => {
  const kind = gs1Kind(text);
  if (kind !== 'lgtin' && kind !== 'gtin') return text;
  throw new ProtocolError('epcis-identifier', 'This names a class of goods, and belongs into a quantity list', {
    value: text,
    kind,
  });
});

/** Goods that are counted or weighed: a product, a lot, a type of asset, or a private URI. Kept as it was written. */
export const classId = readText((text) => {
  const kind = gs1Kind(text);
  if (kind === undefined || kind === 'lgtin' || kind === 'gtin' || kind === 'grai') return text;
  throw new ProtocolError('epcis-identifier', 'This names a single thing, and belongs into a list of EPCs', {
    value: text,
    kind,
  });
});

/** A place, a party, a document, a device: whatever a GS1 key or URI can name. Kept as it was written. */
export const anyId = readText((text) => {
  gs1Kind(text);
  return text;
});

export const bizStep = readText((text) => bareTerm(vocabularies.bizStep, text));
export const disposition = readText((text) => bareTerm(vocabularies.disposition, text));
export const bizTransactionType = readText((text) => bareTerm(vocabularies.bizTransactionType, text));
export const sourceDestinationType = readText((text) => bareTerm(vocabularies.sourceDestinationType, text));
export const errorReason = readText((text) => bareTerm(vocabularies.errorReason, text));
export const component = readText((text) => bareTerm(vocabularies.component, text));
export const measurementType = readText((text) => bareTerm(vocabularies.measurementType, text));
export const sensorException = readText((text) => bareTerm(vocabularies.sensorException, text));

/** A UN/CEFACT Rec. 20 code: its form is checked, and whether it converts is asked when it has to. */
export const unitCode = z
  .string()
  .regex(/^[A-Z0-9]{2,3}$/, 'A unit of measure is a UN/CEFACT Rec. 20 code such as KGM');

/** A quantity that can be kept exactly as decimal text. */
export const quantity = z.number().superRefine((value, context) => {
  try {
    amountOf(value);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const params: RefusalParams = { code: error.code, details: error.details };
    context.addIssue({ code: 'custom', message: error.message, params });
  }
});

/** A list of bounded length. */
export function listOf<Item extends z.ZodType>(item: Item, limits: EpcisLimits) {
  return z.array(item).max(limits.maxListEntriesPerEvent);
}

/**
 * The canonical form of an identifier: a Digital Link for a GS1 key, and other URIs as they are. Keys that are nothing but names
 * here (documents, service relations, coupons, shipments, parts) have the link that the event hash has for them.
 */
export function canonicalId(text: string): string {
  const identifier = gs1Identifier(text);
  if (identifier !== undefined) return canonicalLink(identifier);
  return text.startsWith('urn:epc:') ? keyLinkOf(text) : text;
}

/** A term as parsed: bare, or a private URI. */
export type TermOf<Term extends string> = Term | PrivateTerm;

/** The kind of the GS1 key in a text; keys that are only names have none, and are checked all the same. */
function gs1Kind(text: string): GS1Identifier['kind'] | undefined {
  const identifier = gs1Identifier(text);
  if (identifier === undefined) checkNamingKey(text);
  return identifier?.kind;
}

/**
 * The GS1 key in a text; undefined for any other URI, keys unknown to this package (documents, coupons) included.
 * @throws ProtocolError where it is a GS1 key with something wrong, or no URI at all
 */
function gs1Identifier(text: string): GS1Identifier | undefined {
  if (!/^[a-z][a-z0-9+.-]*:[^\s]+$/i.test(text)) {
    throw new ProtocolError('epcis-identifier', 'An absolute URI is needed here', { value: text });
  }
  if (!/^(https?:\/\/|urn:epc:)/i.test(text)) return undefined;
  try {
    return parseIdentifier(text);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'gs1-unrecognised') return undefined;
    throw error;
  }
}
