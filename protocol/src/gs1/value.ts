import { ProtocolError } from '../error.ts';
import { checkDigit, hasCheckDigit } from './check-digit.ts';

/** Longest lot, serial and GLN extension (AIs 10, 21, 254: X..20). */
export const maxLotChars = 20;
/** Longest serial component of a GRAI (AI 8003: X..16). */
export const maxGraiSerialChars = 16;
/** Longest GIAI (AI 8004: X..30), company prefix included. */
export const maxGiaiChars = 30;

/** GS1 AI encodable character set 82 (GS1 General Specifications, figure 7.11-1): the complement of what is refused. */
export const outsideSet82 = /[^!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]/;

/** Lots may hold inner spaces on top of set 82: labels in use have them, and nothing breaks on them once escaped. */
const outsideLotSet = /[^ !"%&'()*+,\-./0-9:;<=>?A-Z_a-z]/;

/**
 * A GTIN in its 14-digit form.
 * @param text 8, 12, 13 or 14 digits with a right check digit
 * @throws ProtocolError `gs1-length`, `gs1-character`, `gs1-check-digit`
 */
export function gtin14(text: string): string {
  if (![8, 12, 13, 14].includes(text.length)) {
    throw new ProtocolError('gs1-length', `A GTIN has 8, 12, 13 or 14 digits, not ${text.length}`, { key: 'gtin' });
  }
  return checkedDigits('gtin', text, text.length).padStart(14, '0');
}

/** A location's or party's GLN: 13 digits with a right check digit. Throws as `gtin14`. */
export function gln13(text: string): string {
  return checkedDigits('gln', text, 13);
}

/** A logistic unit's SSCC: 18 digits with a right check digit. Throws as `gtin14`. */
export function sscc18(text: string): string {
  return checkedDigits('sscc', text, 18);
}

/** The asset type of a GRAI: 13 digits with a right check digit, without AI 8003's leading zero. Throws as `gtin14`. */
export function assetType13(text: string): string {
  return checkedDigits('grai', text, 13);
}

/**
 * A lot number (AI 10): 1 to 20 characters of set 82, and inner spaces as the one leniency.
 * A space at either end is refused (nobody sees it, and the event hash trims it); so are `.` and `..`, which every
 * URL parser removes from a path even when they are escaped.
 * @throws ProtocolError `gs1-length`, `gs1-character`
 */
export function lotNumber(text: string): string {
  return checkedText('lot', text, maxLotChars, outsideLotSet);
}

/** A serial number (AI 21): 1 to 20 characters of set 82. Throws as `lotNumber`. */
export function serialNumber(text: string): string {
  return checkedText('serial', text, maxLotChars, outsideSet82);
}

/** The extension that names a place inside a GLN (AI 254): 1 to 20 characters of set 82. Throws as `lotNumber`. */
export function glnExtension(text: string): string {
  return checkedText('extension', text, maxLotChars, outsideSet82);
}

/** The serial of a returnable asset: 1 to 16 characters of set 82. Throws as `lotNumber`. */
export function graiSerial(text: string): string {
  return checkedText('grai', text, maxGraiSerialChars, outsideSet82);
}

/** An individual asset (AI 8004): up to 30 characters of set 82, of which the first four belong to a company prefix. */
export function giaiNumber(text: string): string {
  const giai = checkedText('giai', text, maxGiaiChars, outsideSet82);
  if (!/^\d{4}/.test(giai)) {
    throw new ProtocolError('gs1-character', 'A GIAI begins with the digits of a company prefix', { key: 'giai' });
  }
  return giai;
}

/** A key of so many digits, the last of which is their check digit. Throws as `gtin14`. */
export function checkedDigits(key: string, text: string, length: number): string {
  if (text.length !== length) {
    throw new ProtocolError('gs1-length', `${key} has ${length} digits, not ${text.length}`, { key, length });
  }
  if (!/^\d+$/.test(text)) {
    throw new ProtocolError('gs1-character', `${key} is made of digits`, { key, value: text });
  }
  if (!hasCheckDigit(text)) {
    const expected = checkDigit(text.slice(0, -1));
    throw new ProtocolError('gs1-check-digit', `${key} ${text} should end in check digit ${expected}`, {
      key,
      value: text,
      expected,
    });
  }
  return text;
}

/** A text of 1 to `maxChars` characters, none of them outside of its set, that may stand in a path. Throws as `lotNumber`. */
export function checkedText(key: string, text: string, maxChars: number, outside: RegExp): string {
  if (text.length === 0 || text.length > maxChars) {
    throw new ProtocolError('gs1-length', `${key} has 1 to ${maxChars} characters, not ${text.length}`, {
      key,
      maxChars,
    });
  }
  const character = outside.exec(text)?.[0] ?? (text.trim() === text ? undefined : ' ');
  if (character !== undefined) {
    throw new ProtocolError('gs1-character', `${key} cannot hold ${JSON.stringify(character)} there`, {
      key,
      value: text,
      character,
    });
  }
  if (text === '.' || text === '..') {
    throw new ProtocolError('gs1-character', `${key} ${JSON.stringify(text)} cannot stand in a URL path`, {
      key,
      value: text,
      character: '.',
    });
  }
  return text;
}
