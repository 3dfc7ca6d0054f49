import { type Cell, type CteRecord, cteKinds, sheetColumns, sheetNames } from '@hopline/protocol/fsma';

/** Columns of the one table, each once, in the order in which the sheets have them. */
const columns = [...new Map(cteKinds.flatMap((cte) => sheetColumns[cte].map(({ key }) => [key, key]))).keys()];
const cellsOf = Object.fromEntries(
  cteKinds.map((cte) => [cte, new Map(sheetColumns[cte].map(({ key, cell }) => [key, cell]))]),
) as Record<CteRecord['cte'], Map<string, (record: CteRecord) => Cell>>;

/**
 * All records as one CSV table (RFC 4180), line by line with its end: the CTE first, and then every column that any of the
 * sheets has, headed by its key, because one thing has another name in each of them (`place.city`).
 */
export function* csvLines(records: Iterable<CteRecord>): Generator<string, void> {
  yield line(['cte', ...columns]);
  for (const record of records) {
    const cells = cellsOf[record.cte];
    yield line([sheetNames[record.cte], ...columns.map((key) => csvText(cells.get(key)?.(record) ?? null))]);
  }
}

function csvText(cell: Cell): string {
  if (cell === null) return '';
  if (cell.is === 'text') return neutral(cell.text);
  return cell.is === 'date' ? cell.day : cell.number;
}

/**
 * A text that a spreadsheet will not take for a formula: an apostrophe goes in front of what begins like one (OWASP, "CSV Injection").
 * Texts come from partners' events and master data.
 */
function neutral(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function line(texts: readonly string[]): string {
  return `${texts.map((text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',')}\r\n`;
}
