import { checkDigit, toDigitalLink } from '@hopline/protocol/gs1';

/**
 * GS1 keys of the story. The prefix 952 is kept by GS1 for demonstrations and examples (GS1 General Specifications,
 * section 1.4.1), so none of them belongs to a real company.
 */
export const companyPrefix = { growers: '9521001', freshHub: '9521002', retail: '9521003' } as const;

/** GLN of a place: company prefix, location reference, check digit; 13 digits. */
export function gln(prefix: string, location: number): string {
  const body = prefix + String(location).padStart(12 - prefix.length, '0');
  return body + checkDigit(body);
}

/** GTIN-14 of a product: indicator 0, company prefix, item reference, check digit. */
export function gtin(prefix: string, item: number): string {
  const body = `0${prefix}${String(item).padStart(12 - prefix.length, '0')}`;
  return body + checkDigit(body);
}

/** SSCC of a pallet: extension digit 1, company prefix, serial, check digit; 18 digits. */
export function sscc(prefix: string, serial: number): string {
  const body = `1${prefix}${String(serial).padStart(16 - prefix.length, '0')}`;
  return body + checkDigit(body);
}

export function placeLink(place: string): string {
  return toDigitalLink({ kind: 'gln', gln: place });
}

export function partyLink(party: string): string {
  return toDigitalLink({ kind: 'pgln', gln: party });
}

export function lotLink(product: string, lot: string): string {
  return toDigitalLink({ kind: 'lgtin', gtin: product, lot });
}

export function unitLink(unit: string): string {
  return toDigitalLink({ kind: 'sscc', sscc: unit });
}

/** The asset that a tracker is, as association events name it (GIAI). */
export function trackerLink(prefix: string, number: number): string {
  return toDigitalLink({ kind: 'giai', giai: `${prefix}TRK${String(number).padStart(4, '0')}` });
}
