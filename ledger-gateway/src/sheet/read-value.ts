import { ProtocolError } from '@hopline/protocol';
import { amountOf } from '@hopline/protocol/epcis';
import { type GS1Identifier, gln13, gtin14, lotNumber, parseIdentifier, sscc18 } from '@hopline/protocol/gs1';
import { type CellFault, fault, note } from './problems.ts';
import { sheetLimits } from './sheet-limits.ts';
import type { Cell } from './table.ts';
import { unitCode, unitWord } from './units.ts';

/** What was read of a cell: a value, or faults that say why there is none. Notes may come with a value. */
export interface Reading<T> {
  readonly value: T | null;
  readonly faults: readonly CellFault[];
}

export function read<T>(value: T, ...faults: CellFault[]): Reading<T> {
  return { value, faults };
}

export function unread(...faults: CellFault[]): Reading<never> {
  return { value: null, faults };
}

/** How spreadsheets show a long number; what they left out is gone. */
const scientific = /^-?\d([.,]\d+)?e\+\d+$/i;
const asText = 'Format the column as text in the spreadsheet, and type it in again';

/** A GS1 key with a fixed number of digits, whose leading zeros a spreadsheet may have dropped. */
export function readGtin(cell: Cell): Reading<string> {
  return readKey(cell, 'a GTIN', gtin14, 14, [8, 12, 13, 14], (id) => ('gtin' in id ? id.gtin : null));
}

export function readGln(cell: Cell): Reading<string> {
  return readKey(cell, 'a GLN', gln13, 13, [13], (id) => ('gln' in id ? id.gln : null));
}

export function readSscc(cell: Cell): Reading<string> {
  return readKey(cell, 'an SSCC', sscc18, 18, [18], (id) => (id.kind === 'sscc' ? id.sscc : null));
}

function readKey(
  cell: Cell,
  what: string,
  check: (digits: string) => string,
  length: number,
  usual: readonly number[],
  pick: (id: GS1Identifier) => string | null,
): Reading<string> {
  const spoilt = spoiltBySpreadsheet(cell, what);
  if (spoilt) return unread(spoilt);
  try {
    if (/^(https?:|urn:|\()/i.test(cell.text)) {
      const picked = pick(parseIdentifier(cell.text));
      return picked === null ? unread(fault('identifier', `This is not ${what}`, `Write ${what} here`)) : read(picked);
    }
    const digits = cell.text.replaceAll(/[\s-]/g, '');
    const short = digits.length < length && digits.length >= length - 6;
    if (!/^\d+$/.test(digits) || !short) return read(check(digits));
    const whole = check(digits.padStart(length, '0'));
    const isUsual = usual.includes(digits.length) && cell.kind !== 'number';
    return isUsual
      ? read(whole)
      : read(whole, note('zeros-restored', `Read as ${whole}: its leading zeros were missing`, asText));
  } catch (error) {
    return unread(identifierFault(error, what));
  }
}

/** Whether a text looks like one of the keys, so that a refusal of it is of more use than "no such name". */
export function looksLikeKey(text: string): boolean {
  return /^(https?:|urn:|\()/i.test(text) || /^[\d\s-]{7,20}$/.test(text) || scientific.test(text);
}

function identifierFault(error: unknown, what: string): CellFault {
  if (!(error instanceof ProtocolError)) throw error;
  const advice =
    error.code === 'gs1-check-digit' ? 'A digit is mistyped: compare it with the label' : `Write ${what} here`;
  return fault(error.code === 'gs1-check-digit' ? 'check-digit' : 'identifier', error.message, advice);
}

/** A lot number as it was typed. */
export function readLot(cell: Cell): Reading<string> {
  const spoilt = spoiltBySpreadsheet(cell, 'a lot number');
  if (spoilt) return unread(spoilt);
  try {
    return read(lotNumber(cell.text));
  } catch (error) {
    return unread(identifierFault(error, 'a lot number of up to 20 characters'));
  }
}

function spoiltBySpreadsheet(cell: Cell, what: string): CellFault | null {
  if (cell.kind === 'date') {
    return fault('is-date', `The spreadsheet has made a date of this (${cell.text})`, asText);
  }
  if (cell.kind === 'number' && cell.text.replaceAll(/\D/g, '').length > 15) {
    return fault('digits-lost', `A spreadsheet keeps 15 digits of a number, and ${what} here has more`, asText);
  }
  if (scientific.test(cell.text)) {
    return fault(
      'scientific-notation',
      `The spreadsheet shows this number shortened (${cell.text}): digits are lost`,
      asText,
    );
  }
  return null;
}

export interface Amount {
  readonly quantity: number;
  /** Rec. 20 code, '' for a count, `null` where the cell names none. */
  readonly unit: string | null;
}

/** An amount above zero, with the unit where it stands behind the number. */
export function readAmount(cell: Cell, decimal: '.' | ',', units: Readonly<Record<string, string>>): Reading<Amount> {
  const text = cell.text.length > sheetLimits.maxValueChars ? '' : cell.text;
  const [, digits = '', behind = ''] = /^([+-]?[\d.,'’\s]*\d)\s*(.*)$/.exec(text) ?? [];
  const plain = cell.kind === 'number' ? digits : plainNumber(digits, decimal);
  if (plain === null || plain === '' || cell.kind === 'date') {
    return unread(
      fault(
        'not-a-number',
        `${JSON.stringify(cell.text)} is no amount`,
        `Write a number with ${decimal} before its decimals`,
      ),
    );
  }
  const quantity = Number(plain);
  if (quantity <= 0)
    return unread(fault('not-positive', 'An amount is above zero', 'Leave the row out, or correct it'));
  if (!isExact(plain, quantity)) {
    return unread(fault('too-precise', 'This number has more digits than can be kept', 'Use at most 15 digits'));
  }
  if (behind === '') return read({ quantity, unit: null });
  const unit = unitCode(behind, units);
  return unit === null ? unread(unknownUnit(behind)) : read({ quantity, unit });
}

export interface Temperature {
  readonly value: number;
  /** Rec. 20 code, `null` where the cell names none. */
  readonly unit: 'CEL' | 'FAH' | null;
}

/** A temperature, with its unit where it stands behind the number. */
export function readTemperature(cell: Cell, decimal: '.' | ','): Reading<Temperature> {
  const text = cell.text.length > sheetLimits.maxValueChars ? '' : cell.text;
  const [, digits = '', behind = ''] = /^([+-]?[\d.,]*\d)\s*(.*)$/.exec(text) ?? [];
  const plain = cell.kind === 'number' ? digits : plainNumber(digits, decimal);
  if (plain === null || plain === '' || cell.kind === 'date') {
    return unread(fault('not-a-number', `${JSON.stringify(cell.text)} is no temperature`, 'Write a number'));
  }
  if (behind === '') return read({ value: Number(plain), unit: null });
  const unit = readTemperatureUnit({ text: behind, kind: 'text' });
  return unit.value === null ? unread(...unit.faults) : read({ value: Number(plain), unit: unit.value });
}

/** `°C` or `°F`, as their Rec. 20 codes. */
export function readTemperatureUnit(cell: Cell): Reading<'CEL' | 'FAH'> {
  const [, letter = ''] =
    /^(?:°|deg(?:rees)?\s*)?\s*(c(?:el(?:sius)?)?|f(?:ah(?:renheit)?)?)$/i.exec(cell.text.trim()) ?? [];
  if (letter === '') {
    return unread(fault('unknown-unit', `${JSON.stringify(cell.text)} is neither °C nor °F`, 'Write °C or °F'));
  }
  return read(letter.toLowerCase().startsWith('c') ? 'CEL' : 'FAH');
}

/** A unit of measure as its Rec. 20 code, '' for a count of trade items. */
export function readUnit(cell: Cell, units: Readonly<Record<string, string>>): Reading<string> {
  const code = unitCode(cell.text, units);
  return code === null ? unread(unknownUnit(cell.text)) : read(code);
}

function unknownUnit(text: string): CellFault {
  return fault(
    'unknown-unit',
    `${JSON.stringify(unitWord(text))} is no unit that is known here`,
    'Say in the mapping what this word means',
  );
}

/** Digits with a point before the decimals; `null` where groups of thousands are not what the decimal sign says. */
function plainNumber(text: string, decimal: '.' | ','): string | null {
  const bare = text.replaceAll(/['’\s]/g, '');
  const group = decimal === '.' ? ',' : '.';
  const [whole = '', fraction, ...more] = bare.split(decimal);
  if (more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return null;
  const grouped = whole.includes(group) ? /^[+-]?\d{1,3}([.,]\d{3})+$/ : /^[+-]?\d+$/;
  if (!grouped.test(whole)) return null;
  const digits = whole.replaceAll(group, '').replace(/^\+/, '');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** Whether a number of JavaScript is exactly the one that was written, and one that an event may hold. */
function isExact(text: string, value: number): boolean {
  try {
    const written = text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
    return amountOf(value) === (written.replace(/^0+(?=\d)/, '') || '0');
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
