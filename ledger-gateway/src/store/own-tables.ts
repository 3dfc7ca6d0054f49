import type { Queryable, Row } from './database.ts';
import { jsonForPostgres } from './insert-rows.ts';

/** The gateway's own tables that must survive a power loss, with the columns that identify a row. */
export const ownTables = {
  api_keys: ['id'],
  enrolment_codes: ['digest'],
  credentials: ['device'],
  node_tokens: ['digest'],
  summaries: ['digest'],
  alerts: ['seq'],
  counters: ['name'],
  upload_refusals: ['node'],
  work_notes: ['id'],
  epcis_documents: ['job'],
  epcis_jobs: ['id'],
  epcis_queries: ['name'],
  epcis_subscriptions: ['id'],
  recall_evidence: ['digest'],
  recall_clocks: ['recall_id'],
  recall_holds: ['recall_id', 'version'],
  contacts: ['id'],
  recall_notices: ['id'],
  notices: ['id'],
  notice_states: ['id'],
  notice_targets: ['url_digest'],
  sheet_states: ['id'],
  sheet_mappings: ['signature', 'step'],
  outside_records: ['kind', 'id'],
  master_data_imports: ['id'],
} as const satisfies Record<string, readonly string[]>;

export type OwnTable = keyof typeof ownTables;

/** A row as JSON: bytes are written `\x…` in hexadecimal, as PostgreSQL reads them. */
export interface OwnRow {
  readonly table: OwnTable;
  readonly row: Row;
}

const rowsPerPage = 200;

/** Writes a complete row, in place of the one with the same key. */
export async function putOwnRow(tx: Queryable, { table, row }: OwnRow): Promise<void> {
  const key = ownTables[table];
  const columns = Object.keys(row);
  const others = columns.filter((column) => !(key as readonly string[]).includes(column));
  await tx.query(
    `insert into ${table} (${columns.join(', ')})
     select ${columns.join(', ')} from jsonb_populate_record(null::${table}, $1::jsonb)
     on conflict (${key.join(', ')}) do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [jsonForPostgres(row)],
  );
}

/** All rows of all own tables, page by page, as `putOwnRow` takes them. */
export async function* readOwnRows(database: Queryable): AsyncGenerator<OwnRow> {
  for (const [table, key] of Object.entries(ownTables) as [OwnTable, readonly string[]][]) {
    for (let offset = 0; ; offset += rowsPerPage) {
      const page = await database.query<{ row: Row }>(
        `select to_jsonb(t) as row from ${table} t order by ${key.join(', ')} limit ${rowsPerPage} offset ${offset}`,
      );
      for (const { row } of page) yield { table, row };
      if (page.length < rowsPerPage) break;
    }
  }
}
