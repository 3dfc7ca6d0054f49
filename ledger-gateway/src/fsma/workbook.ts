import {
  type Cell,
  type Column,
  type CteKind,
  type CteRecord,
  cteKinds,
  describeSupply,
  sheetColumns,
  sheetNames,
} from '@hopline/protocol/fsma';
import writeWorkbook, { type SheetData } from 'write-excel-file/node';
import { sheetFilters } from './sheet-filters.ts';

/** What the first sheet says of the others. */
export interface About {
  readonly organisation: string;
  readonly madeMs: number;
  /** Blocks that were read. */
  readonly height: number;
  readonly stale: boolean;
  /** What was asked for, in words. */
  readonly selection: readonly (readonly [string, string])[];
}

type XlsxCell = NonNullable<SheetData[number]>[number];

const maxWidthChars = 48;
/** What a cell of XLSX can hold. */
const maxCellChars = 32_767;
const headerColours = { fda: '#DCE6F1', rule: '#DCE6F1', ours: '#EEEEEE' } as const;
/** Excel keeps 15 digits of a number: a longer amount stays a text rather than becoming another one. */
const maxExactDigits = 15;

/**
 * The electronic sortable spreadsheet (21 CFR 1.1455(c)(3)(ii)) as XLSX: a sheet for each CTE, one about them, one with every
 * missing element and one that explains the columns. GTINs, lots and all other texts are text cells, so that nothing is
 * taken for a number or a formula.
 */
export async function makeWorkbook(records: readonly CteRecord[], about: About): Promise<Buffer> {
  const byCte = Map.groupBy(records, ({ cte }) => cte);
  const sheets = [
    { sheet: 'About', data: aboutRows(records, about), columns: widths([34, 90]), stickyRowsCount: 0 },
    ...cteKinds.map((cte) => ({
      sheet: sheetNames[cte],
      data: [header(sheetColumns[cte]), ...(byCte.get(cte) ?? []).map((record) => row(sheetColumns[cte], record))],
      columns: sheetColumns[cte].map(({ header: text }) => ({
        width: Math.min(maxWidthChars, Math.max(12, text.length)),
      })),
      stickyRowsCount: 1,
    })),
    {
      sheet: 'Missing elements',
      data: missingRows(records),
      columns: widths([26, 34, 16, 20, 60, 26, 40, 66, 66, 66]),
      stickyRowsCount: 1,
    },
    { sheet: 'Columns', data: columnRows(), columns: widths([28, 60, 12, 24]), stickyRowsCount: 1 },
  ];
  const filters = sheetFilters(sheets.map(({ data, stickyRowsCount }) => (stickyRowsCount === 0 ? null : data)));
  return await writeWorkbook(sheets, { features: [filters] }).toBuffer();
}

function header(columns: readonly Column[]): XlsxCell[] {
  return columns.map(({ header: text, origin }) => heading(text, headerColours[origin]));
}

function heading(value: string, backgroundColor: string = headerColours.fda): XlsxCell {
  return { value, type: String, format: '@', fontWeight: 'bold', wrap: true, alignVertical: 'top', backgroundColor };
}

function row(columns: readonly Column[], record: CteRecord): XlsxCell[] {
  return columns.map(({ cell }) => xlsxCell(cell(record)));
}

function xlsxCell(cell: Cell): XlsxCell {
  if (cell === null) return null;
  switch (cell.is) {
    case 'text':
      return textCell(cell.text);
    case 'number':
      return cell.number.replace(/\D/g, '').length > maxExactDigits
        ? textCell(cell.number)
        : { value: Number(cell.number), type: Number };
    case 'date':
      return { value: new Date(`${cell.day}T00:00:00Z`), type: Date, format: 'yyyy-mm-dd' };
  }
}

function textCell(value: string): XlsxCell {
  const text = value.length > maxCellChars ? `${value.slice(0, maxCellChars - 1)}…` : value;
  return { value: text, type: String, format: '@' };
}

function aboutRows(
  records: readonly CteRecord[],
  { organisation, madeMs, height, stale, selection }: About,
): SheetData {
  const line = (name: string, value: string): XlsxCell[] => [heading(name), textCell(value)];
  const count = (cte: CteKind) => {
    const all = records.filter((record) => record.cte === cte);
    const lacking = all.filter(({ missing }) => missing.length > 0).length;
    return `${all.length} records, ${lacking} of them with missing elements`;
  };
  return [
    line(
      'Traceability records',
      'FSMA 204 (21 CFR Part 1 Subpart S), electronic sortable spreadsheet, 21 CFR 1.1455(c)(3)(ii)',
    ),
    line('Made by', organisation),
    line('Made at', new Date(madeMs).toISOString()),
    line('Ledger blocks read', `${height}${stale ? ' (the newest blocks of the ledger are not in it yet)' : ''}`),
    ...selection.map(([name, value]) => line(name, value)),
    ...cteKinds.map((cte) => line(sheetNames[cte], count(cte))),
    line(
      'Traceability lot code',
      'GTIN and lot together, as (01)GTIN(10)lot; both are in columns of their own as well. Its source is the place of the event that assigned it.',
    ),
    line(
      'Dates',
      'Days at the place where it happened, by the time zone that the event states. The event time is given as it was written.',
    ),
    line(
      'Units of measure',
      'Codes of UN/CEFACT Recommendation 20, as the events have them: KGM kilogram, LBR pound, CS case. EA counts trade items, in the packaging that the product description names.',
    ),
    line(
      'Columns',
      "Blue: Shipping, Receiving and Transformation follow FDA's template (June 2024, fda.gov/media/179617) column by column; the other sheets follow the order of the rule's clauses. Grey: ours, among them the event and the ledger transaction that prove the row.",
    ),
  ];
}

function missingRows(records: readonly CteRecord[]): SheetData {
  const head = [
    'Critical tracking event',
    'Traceability lot',
    'GTIN',
    'Lot',
    'Missing element',
    'Clause',
    'Missing parts',
    'Where to supply it',
    'Event hash',
    'Ledger transaction',
  ];
  return [
    head.map((text) => heading(text)),
    ...records.flatMap((record) =>
      record.missing.map(({ title, clause, parts, supply }) =>
        [
          sheetNames[record.cte],
          record.item ?? record.unit ?? '',
          record.gtin ?? '',
          record.lot ?? '',
          title,
          clause,
          parts.join(', '),
          describeSupply(supply),
          record.event.hash,
          record.event.transactionId ?? '',
        ].map(textCell),
      ),
    ),
  ];
}

function columnRows(): SheetData {
  const origins = { fda: "FDA's template", rule: 'the rule', ours: 'ours' } as const;
  return [
    ['Sheet', 'Column', 'From', 'Clause'].map((text) => heading(text)),
    ...cteKinds.flatMap((cte) =>
      sheetColumns[cte].map(({ header: text, origin, clause }) =>
        [sheetNames[cte], text, origins[origin], clause ?? ''].map(textCell),
      ),
    ),
  ];
}

function widths(chars: readonly number[]) {
  return chars.map((width) => ({ width }));
}
