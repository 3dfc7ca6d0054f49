import { ProtocolError } from '../error.ts';
import { gln13, gtin14, parseIdentifier } from '../gs1/index.ts';
import type { MasterDataKind, MasterDataProblemCode } from './data.ts';

/** A text that is not what its field asks for. Caught by `buildRecord`, which knows where it stood. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
  readonly code: MasterDataProblemCode;

  constructor(code: MasterDataProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

type Parse = (text: string) => unknown;

/** A field of a flat row: where its value goes in the record, and how its text is read. */
export interface Field {
  readonly path: readonly [string] | readonly [string, string];
  readonly parse: Parse;
}

const asIs: Parse = (text) => text;

/**
 * Columns of a sheet, one record a row, by kind. The names are the headers (compared without case, spaces and marks).
 * JSON-LD and EPCIS master data are brought to the same names first, so that all sources are judged by one set of rules.
 */
export const fields: Readonly<Record<MasterDataKind, Readonly<Record<string, Field>>>> = {
  product: {
    gtin: { path: ['gtin'], parse: readGtin },
    name: { path: ['name'], parse: asIs },
    ...textFields(
      'description',
      'brand',
      'commodity',
      'variety',
      'species',
      'packagingSize',
      'packagingStyle',
      'gpcBrick',
    ),
    rawCommodity: { path: ['rawCommodity'], parse: readBoolean },
    foodTraceabilityList: { path: ['foodTraceabilityList'], parse: readBoolean },
    foodSource: { path: ['foodSource'], parse: readWord },
    scope: { path: ['scope'], parse: readWord },
  },
  place: {
    gln: { path: ['gln'], parse: readGln },
    name: { path: ['name'], parse: asIs },
    kind: { path: ['kind'], parse: readWord },
    ...textFields('address', 'businessName', 'growingArea', 'fdaRegistration', 'sourceReference'),
    growingAreaKind: { path: ['growingAreaKind'], parse: readWord },
    partOf: { path: ['partOf'], parse: readGln },
    organisation: { path: ['organisation'], parse: readGln },
    latitude: { path: ['position', 'latitudeE7'], parse: readDegrees(90) },
    longitude: { path: ['position', 'longitudeE7'], parse: readDegrees(180) },
    ...addressFields(),
    scope: { path: ['scope'], parse: readWord },
  },
  organisation: {
    gln: { path: ['gln'], parse: readGln },
    name: { path: ['name'], parse: asIs },
    ...textFields('website'),
    ...addressFields(),
    scope: { path: ['scope'], parse: readWord },
  },
};

/** Other names under which people head the same column. */
export const aliases: Readonly<Record<string, string>> = {
  globallocationnumber: 'gln',
  globaltradeitemnumber: 'gtin',
  productname: 'name',
  locationname: 'name',
  businessname: 'businessName',
  streetaddress: 'street',
  address1: 'street',
  town: 'city',
  locality: 'city',
  state: 'region',
  province: 'region',
  zip: 'postalCode',
  zipcode: 'postalCode',
  postcode: 'postalCode',
  countrycode: 'country',
  telephone: 'phone',
  phonenumber: 'phone',
  lat: 'latitude',
  lon: 'longitude',
  lng: 'longitude',
  ftl: 'foodTraceabilityList',
  ffrn: 'fdaRegistration',
  fieldname: 'growingArea',
};

/** A header as it is compared: lower case, letters and digits only. */
export function plainHeader(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function textFields(...names: string[]): Record<string, Field> {
  return Object.fromEntries(names.map((name) => [name, { path: [name] as const, parse: asIs }]));
}

function addressFields(): Record<string, Field> {
  const part = (name: string, parse: Parse = asIs): Field => ({ path: ['postalAddress', name], parse });
  const contact = (name: string): Field => ({ path: ['contact', name], parse: asIs });
  return {
    street: part('street'),
    city: part('city'),
    region: part('region'),
    postalCode: part('postalCode'),
    country: part('country', (text) => text.toUpperCase()),
    contactName: contact('name'),
    phone: contact('phone'),
    email: contact('email'),
  };
}

/**
 * A GTIN: bare digits, a Digital Link, or the URN of a class. Spreadsheets take leading zeros for nothing and drop them;
 * they change no check digit, so digits without them are filled up.
 */
function readGtin(text: string): string {
  return identifierOf(text, (digits) => gtin14(fillUp(digits, [8, 12, 13, 14])), 'gtin');
}

/** A GLN: bare digits, a Digital Link (414 or 417), or the URN of an SGLN or PGLN. */
function readGln(text: string): string {
  return identifierOf(text, (digits) => gln13(fillUp(digits, [13])), 'gln');
}

/** Zeros in front, up to the next length that the key has; a key of which more than three digits are gone is another mistake. */
function fillUp(digits: string, lengths: readonly number[]): string {
  const length = lengths.find((each) => each >= digits.length) ?? digits.length;
  return length - digits.length <= 3 ? digits.padStart(length, '0') : digits;
}

function identifierOf(text: string, ofDigits: (digits: string) => string, key: 'gtin' | 'gln'): string {
  try {
    const digits = text.replaceAll(/[\s-]/g, '');
    if (/^\d+$/.test(digits)) return ofDigits(digits);
    const identifier = parseIdentifier(text);
    if (key === 'gtin' && 'gtin' in identifier) return identifier.gtin;
    if (key === 'gln' && 'gln' in identifier) return identifier.gln;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new FieldError(codeOf(error.code), error.message);
  }
  throw new FieldError('identifier', `this names something else than a ${key.toUpperCase()}`);
}

function codeOf(code: string): MasterDataProblemCode {
  if (code === 'gs1-check-digit') return 'check-digit';
  if (code === 'gs1-length') return 'length';
  return code === 'gs1-character' ? 'character' : 'identifier';
}

function readBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (['yes', 'y', 'true', '1', 'x'].includes(word)) return true;
  if (['no', 'n', 'false', '0'].includes(word)) return false;
  throw new FieldError('term', 'yes or no');
}

function readWord(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
}

/** Decimal degrees as ten-millionths, without the errors of a multiplication. */
function readDegrees(limit: number): Parse {
  return (text) => {
    const degrees = Number(text.trim().replace(',', '.'));
    if (text.trim() === '' || !Number.isFinite(degrees) || Math.abs(degrees) > limit) {
      throw new FieldError('malformed', `decimal degrees between -${limit} and ${limit}`);
    }
    return Math.round(degrees * 1e7);
  };
}
