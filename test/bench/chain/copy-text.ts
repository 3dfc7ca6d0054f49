import type { DerivedTable } from '../../../ledger-gateway/src/projection/rows.ts';
import { copiedColumns } from './fold-chain.ts';

/** Rows in the text format of PostgreSQL's COPY, a line each. */
export function copyText(table: DerivedTable, rows: readonly object[]): string {
  const types = copiedColumns(table);
  let text = '';
  for (const row of rows) {
    const values = row as Readonly<Record<string, unknown>>;
    let line = '';
    for (const [name, type] of types) line += `${line === '' ? '' : '\t'}${field(values[name], type)}`;
    text += `${line}\n`;
  }
  return text;
}

function field(value: unknown, type: string): string {
  if (value === null || value === undefined) return '\\N';
  switch (type) {
    case 'bigint':
    case 'int':
      return String(value);
    case 'boolean':
      return value === true ? 't' : 'f';
    case 'jsonb':
      return escaped(JSON.stringify(value));
    case 'text[]':
      return escaped(`{${(value as readonly string[]).map((each) => JSON.stringify(each)).join(',')}}`);
    default:
      return escaped(String(value));
  }
}

/** Backslash, tab and the ends of lines have a meaning in the format (PostgreSQL, COPY, text format). */
function escaped(text: string): string {
  return /[\\\t\n\r]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
    : text;
}
