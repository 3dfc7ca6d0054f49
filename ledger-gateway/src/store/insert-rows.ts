import type { Queryable } from './database.ts';

export type SqlType = 'text' | 'text[]' | 'int' | 'bigint' | 'double precision' | 'boolean' | 'jsonb' | 'bytea';

/** Rows of one statement at most: they travel as one JSON text. */
const maxRowsPerStatement = 500;

/**
 * Inserts rows, many with one statement. `conflict` is what comes after `on conflict`, such as `do nothing`; without it
 * a row that is there already is an error.
 */
export async function insertRows(
  tx: Queryable,
  table: string,
  columns: Readonly<Record<string, SqlType>>,
  rows: readonly object[],
  conflict?: string,
): Promise<void> {
  const names = Object.keys(columns).join(', ');
  const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  for (let start = 0; start < rows.length; start += maxRowsPerStatement) {
    await tx.query(
      `insert into ${table} (${names}) select ${names} from jsonb_to_recordset($1::jsonb) as r(${typed.join(', ')})` +
        (conflict === undefined ? '' : ` on conflict ${conflict}`),
      [jsonForPostgres(rows.slice(start, start + maxRowsPerStatement))],
    );
  }
}

/**
 * JSON that PostgreSQL can hold. Its texts know neither U+0000 nor half a surrogate pair, and a partner's event may hold
 * either: U+FFFD takes their place, so that nobody can stop a projection with a character. The ledger keeps the original.
 */
export function jsonForPostgres(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u(0000|d[89a-f][0-9a-f]{2})/i.test(text) ? JSON.stringify(withoutBadCharacters(value)) : text;
}

function withoutBadCharacters(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\u0000', '\ufffd').toWellFormed();
  if (Array.isArray(value)) return value.map(withoutBadCharacters);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [withoutBadCharacters(key), withoutBadCharacters(member)]),
  );
}

/** Bytes as `bytea` reads them from JSON. */
export function hexBytes(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
