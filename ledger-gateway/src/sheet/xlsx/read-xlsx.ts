import { GatewayError } from '../../gateway-error.ts';
import { assertCells } from '../read-csv.ts';
import { sheetLimits } from '../sheet-limits.ts';
import { type Cell, emptyCell, type Row, type Table } from '../table.ts';
import { dateText, readDateStyles } from './date-formats.ts';
import { type Archive, openArchive } from './open-archive.ts';
import { parseXml } from './parse-xml.ts';
import { readSharedStrings, readWorkbook } from './workbook.ts';

/**
 * Reads one sheet of an XLSX file (ECMA-376, part 1). Rows and cells are counted while they are read, so that a sheet that
 * is too large ends early; readers of spreadsheets that are to be had build the whole sheet first.
 * @param sheet its name; `null` for the first
 * @throws GatewayError `sheet-malformed`, `too-large`, `not-found` for a sheet that is not there
 */
export async function readXlsx(bytes: Uint8Array, sheet: string | null): Promise<Table> {
  const archive = await openArchive(bytes);
  const { sheets, is1904, stylesPart, stringsPart } = await readWorkbook(archive);
  const wanted = sheet === null ? sheets[0] : sheets.find(({ name }) => name === sheet);
  if (!wanted) {
    throw new GatewayError(sheet === null ? 'sheet-malformed' : 'not-found', 'the workbook has no such sheet', {
      sheet,
      sheets: sheets.map(({ name }) => name),
    });
  }
  const look: Look = {
    is1904,
    dateStyles: await readDateStyles(archive, stylesPart),
    strings: await readSharedStrings(archive, stringsPart),
  };
  const rows = await readRows(archive, wanted.part, look);
  return {
    format: 'xlsx',
    sheets: sheets.map(({ name }) => name),
    sheet: wanted.name,
    encoding: null,
    delimiter: null,
    rows,
  };
}

/** What cells refer to. */
interface Look {
  readonly is1904: boolean;
  readonly dateStyles: readonly boolean[];
  readonly strings: readonly string[];
}

interface RawCell {
  readonly type: string;
  readonly style: number;
  readonly column: number;
  text: string;
}

async function readRows(archive: Archive, part: string, look: Look): Promise<Row[]> {
  const rows: Row[] = [];
  let number = 0;
  let cells: Cell[] = [];
  let cell: RawCell | null = null;
  let inValue = false;
  let next = 0;
  await parseXml(await archive.read(part), part, {
    open(name, attributes) {
      if (name === 'row') {
        const stated = Number(attributes.r);
        number = Number.isSafeInteger(stated) && stated > number ? stated : number + 1;
        cells = [];
        next = 0;
      } else if (name === 'c') {
        const column = attributes.r === undefined ? next : columnOf(attributes.r);
        cell = { type: attributes.t ?? 'n', style: Number(attributes.s ?? 0), column, text: '' };
        next = column + 1;
      } else if (name === 'v' || name === 't') {
        inValue = cell !== null;
      } else if (name === 'rPh') {
        inValue = false;
      }
    },
    text(piece) {
      if (inValue && cell && cell.text.length <= sheetLimits.maxCellChars) cell.text += piece;
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false;
      if (name === 'c' && cell) {
        put(cells, cell, look, number);
        cell = null;
      }
      if (name !== 'row' || cells.length === 0) return;
      assertCells(
        cells.map(({ text }) => text),
        number,
      );
      rows.push({ number, cells });
      if (rows.length > sheetLimits.maxRows) {
        const { maxRows } = sheetLimits;
        throw new GatewayError('too-large', `a sheet has at most ${maxRows} rows: cut it in two`, { maxRows });
      }
    },
  });
  return rows;
}

/** Puts a cell that holds something into its row. Empty ones with a style may stand anywhere and are passed over. */
function put(cells: Cell[], raw: RawCell, look: Look, row: number): void {
  const read = cellOf(raw, look);
  if (read.text === '') return;
  if (raw.column >= sheetLimits.maxColumns) {
    const { maxColumns } = sheetLimits;
    throw new GatewayError('too-large', `a sheet has at most ${maxColumns} columns`, { row, maxColumns });
  }
  while (cells.length < raw.column) cells.push(emptyCell);
  cells[raw.column] = read;
}

function cellOf({ type, style, text }: RawCell, { strings, dateStyles, is1904 }: Look): Cell {
  switch (type) {
    case 's':
      return { kind: 'text', text: tidy(strings[Number(text)] ?? '') };
    case 'b':
      return { kind: 'boolean', text: text === '1' ? 'TRUE' : 'FALSE' };
    case 'e':
      return { kind: 'error', text };
    case 'd':
      return { kind: 'date', text: text.replace('T', ' ').replace(/(\.\d+)?Z?$/, '') };
    case 'n': {
      if (text === '') return emptyCell;
      const value = Number(text);
      const date = dateStyles[style] ? dateText(value, is1904) : null;
      return date === null ? { kind: 'number', text: numberText(text, value) } : { kind: 'date', text: date };
    }
    default:
      return { kind: 'text', text: tidy(text) };
  }
}

/** Digits that a spreadsheet keeps of a number. */
const keptDigits = 15;

/** A number as the spreadsheet's user typed it; one with more digits than it keeps stays as the file has it, exponent and all. */
function numberText(text: string, value: number): string {
  if (!Number.isFinite(value)) return text;
  return Math.abs(value) < 10 ** keptDigits ? String(Number(value.toPrecision(keptDigits))) : text;
}

function tidy(text: string): string {
  return text
    .replaceAll(/_x([0-9A-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\u00a0', ' ')
    .trim();
}

/** The column of a cell's reference: `A1` is in 0, `AB12` in 27. */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '') column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}
