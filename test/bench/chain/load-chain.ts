import { columns, type DerivedTable } from '../../../ledger-gateway/src/projection/rows.ts';
import { copyText } from './copy-text.ts';
import { ChainFold } from './fold-chain.ts';
import { Chain, type ChainSize } from './grow-chain.ts';
import { isForTraces, readByTraces } from './read-by-traces.ts';

/** A database with the schema, into which rows are copied. */
export interface CopyTarget {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Rows in the text format of COPY. */
  copy(table: DerivedTable, columnNames: readonly string[], text: string): Promise<void>;
}

export interface Loaded {
  readonly events: number;
  readonly movements: number;
  /** Until the rows were there; then the indexes were made. */
  readonly rowSeconds: number;
  readonly indexSeconds: number;
}

/** Text that is gathered before it is copied. */
const maxChunkChars = 16 * 1024 * 1024;
/** Events between two words of progress. */
const toldEvery = 250_000;

/**
 * Grows a chain into an empty database. Indexes are dropped first and made again at the end, which is much faster than keeping
 * them; the rows are the same as if the blocks had been applied one by one. With `tracesOnly`, only what traces read is loaded, and
 * no documents: a fifth of the bytes.
 */
export async function loadChain(
  target: CopyTarget,
  size: ChainSize,
  onProgress: (events: number) => void,
  { tracesOnly }: { readonly tracesOnly: boolean } = { tracesOnly: false },
): Promise<Loaded> {
  const startedMs = performance.now();
  const restore = (await dropIndexes(target)).filter((statement) => !tracesOnly || isForTraces(statement));
  const fold = new ChainFold();
  const chunks = new Map<DerivedTable, string[]>();
  const lengths = new Map<DerivedTable, number>();
  let [events, movements, told] = [0, 0, 0];
  const flush = async (table: DerivedTable) => {
    const text = chunks.get(table);
    if (!text || text.length === 0) return;
    chunks.set(table, []);
    lengths.set(table, 0);
    await target.copy(table, Object.keys(columns[table]), text.join(''));
  };
  for await (const rows of fold.rows(new Chain(size), size.startMs)) {
    for (const [name, some] of Object.entries(rows)) {
      const table = name as DerivedTable;
      if (tracesOnly && !readByTraces.has(table)) continue;
      const text = copyText(table, tracesOnly && table === 'events' ? some.map(withoutDocument) : some);
      const gathered = chunks.get(table);
      if (gathered) gathered.push(text);
      else chunks.set(table, [text]);
      const length = (lengths.get(table) ?? 0) + text.length;
      lengths.set(table, length);
      if (length > maxChunkChars) await flush(table);
    }
    events += rows.events?.length ?? 0;
    movements += rows.movements?.length ?? 0;
    if (events - told < toldEvery) continue;
    told = events;
    onProgress(events);
  }
  for (const table of chunks.keys()) await flush(table);
  const { height, blockTimeMs } = fold.checkpoint;
  await target.query(`update checkpoint set height = ${height}, block_time_ms = ${blockTimeMs}`);
  const rowsMs = performance.now();
  for (const statement of restore) await target.query(statement);
  return {
    events,
    movements,
    rowSeconds: (rowsMs - startedMs) / 1000,
    indexSeconds: (performance.now() - rowsMs) / 1000,
  };
}

function withoutDocument(row: object): object {
  return { ...row, document: {} };
}

/** Drops keys and indexes of the tables that are filled; gives the statements that make them again. */
export async function dropIndexes(target: CopyTarget): Promise<string[]> {
  const tables = [
    'events',
    'event_items',
    'items',
    'movements',
    'flows',
    'presences',
    'transactions',
    'state',
    'remarks',
  ];
  const restore: string[] = [];
  const list = tables.map((table) => `'${table}'`).join(', ');
  const keys = await target.query(
    `select conrelid::regclass::text as tab, conname::text as name, pg_get_constraintdef(oid) as definition from pg_constraint
     where contype = 'p' and conrelid::regclass::text in (${list})`,
  );
  for (const { tab, name, definition } of keys) {
    await target.query(`alter table ${tab} drop constraint ${name}`);
    restore.push(`alter table ${tab} add constraint ${name} ${definition}`);
  }
  const indexes = await target.query(
    `select indexname::text as name, indexdef as definition from pg_indexes where tablename in (${list})`,
  );
  for (const { name, definition } of indexes) {
    await target.query(`drop index ${name}`);
    restore.push(String(definition));
  }
  return restore;
}
