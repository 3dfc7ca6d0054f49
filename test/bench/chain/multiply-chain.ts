import type { CopyTarget } from './load-chain.ts';
import { readByTraces } from './read-by-traces.ts';

/** Copies at most: one decimal digit tells them apart. */
export const maxCopies = 10;

/**
 * Makes a loaded chain into several that share nothing but their products: every row is copied inside the database with other
 * places, lots, units, events, transactions and blocks, as if the same had happened in other regions and been put on the ledger
 * one region after the other. The copies' check digits and hashes are not right, which no trace looks at. Documents are
 * copied as they are.
 *
 * With `tracesOnly`, tables that no trace reads are emptied, and the copies have no documents: that is a fifth of the bytes.
 */
export async function multiplyChain(
  target: CopyTarget,
  copies: number,
  { tracesOnly }: { readonly tracesOnly: boolean },
): Promise<void> {
  if (copies > maxCopies) throw new RangeError(`at most ${maxCopies} copies`);
  const [size] = await target.query(
    `select (select height from checkpoint) as blocks, (select max(number) from items) as things,
       (select max(id) from presences) as presences`,
  );
  const { blocks, things, presences } = size as Record<string, string>;
  const block = (column: string) => `${column} + k * ${blocks}::bigint`;
  const seq = (column: string) => `${column} + k * ${blocks}::bigint * ${2 ** 23}::bigint`;
  const thing = (column: string) => `${column} + k * ${things}::bigint`;
  const end = (at: string, id: string) =>
    `case when ${at} = 1 then ${id} + k * 1000000000::bigint when ${at} = 2 then ${thing(id)}
       when ${at} in (3, 4, 6, 8) then ${seq(id)} else ${id} end`;
  const gln = (column: string) => `(${column}::bigint + k * 1000000000::bigint)::text`;
  // The copy's digit is put before the hash, whose last one falls away: copies differ from each other and from every original.
  const event = (column: string) => `overlay(${column} placing k || substr(${column}, 15, 63) from 15 for 64)`;
  const item = (column: string) =>
    `replace(replace(${column}, '/10/L', '/10/' || chr(76 + k)), '/00/1', '/00/' || (1 + k) % 10)`;
  const where = (at: string, column: string) =>
    `case ${at} when 'place' then ${gln(column)} when 'unit' then ${item(column)}
       when 'transit' then ${event(column)} when 'transformation' then ${event(column)} else ${column} end`;
  const transaction = (column: string) => `lpad(to_hex(${block('block')}), 32, '0') || substr(${column}, 33)`;
  const record = `replace(replace(regexp_replace(replace(record::text, '"9521', '"' || (9521 + k)), 'sha-256;(.{63}).', 'sha-256;' || k || '\\1', 'g'),
       '/10/L', '/10/' || chr(76 + k)), '/00/1', '/00/' || (1 + k) % 10)::jsonb`;
  const key = `case kind when 'site' then ${gln('key')} when 'transformation' then ${event('key')} else ${item('key')} end`;
  const changes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    blocks: { number: block('number') },
    transactions: { block: block('block'), id: transaction('id') },
    events: {
      event: event('event'),
      place: gln('place'),
      block: block('block'),
      transaction_id: transaction('transaction_id'),
      ...(tracesOnly ? { document: "'{}'::jsonb" } : {}),
    },
    event_items: { event: event('event'), item: item('item') },
    items: {
      item: item('item'),
      lot: "replace(lot, 'L', chr(76 + k))",
      sscc: 'overlay(sscc placing ((1 + k) % 10)::text from 1 for 1)',
      first_event: event('first_event'),
      number: thing('number'),
    },
    movements: {
      event: event('event'),
      subject: item('subject'),
      from_id: where('from_at', 'from_id'),
      to_id: where('to_at', 'to_id'),
      transit_from: gln('transit_from'),
      transit_to: gln('transit_to'),
    },
    flows: {
      subject: thing('subject'),
      seq: seq('seq'),
      from_id: end('from_at', 'from_id'),
      to_id: end('to_at', 'to_id'),
      way: 'way + k * 1000000000::bigint',
      event: "decode(k || left(encode(event, 'hex'), 63), 'hex')",
    },
    remarks: { subject: thing('subject'), seq: seq('seq') },
    presences: {
      id: `id + k * ${presences}::bigint`,
      subject: item('subject'),
      where_id: where('at', 'where_id'),
      transit_from: gln('transit_from'),
      transit_to: gln('transit_to'),
      from_event: event('from_event'),
      to_event: event('to_event'),
      left_event: event('left_event'),
    },
    state: {
      key,
      attributes: `array[${key}]`,
      record,
      block: block('block'),
      transaction_id: transaction('transaction_id'),
    },
  };
  for (const [table, changed] of Object.entries(changes)) {
    if (tracesOnly && !readByTraces.has(table)) {
      await target.query(`truncate ${table}`);
      continue;
    }
    const columns = (
      await target.query(
        `select attname::text as name from pg_attribute
         where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
      )
    ).map(({ name }) => String(name));
    const selected = columns.map((column) => changed[column] ?? column);
    const only = table === 'state' ? "where kind <> 'product'" : '';
    const listed = columns.join(', ');
    // A table that is filled in the transaction that emptied it goes to its file alone where `wal_level` is minimal.
    await target.query('begin');
    await target.query(`create temporary table original on commit drop as select ${listed} from ${table}`);
    await target.query(`truncate ${table}`);
    await target.query(`insert into ${table} (${listed}) select ${listed} from original`);
    await target.query(
      `insert into ${table} (${listed})
       select ${selected.join(', ')} from (select * from original ${only}) original, generate_series(1, ${copies - 1}) k`,
    );
    await target.query('commit');
  }
  await target.query(`update checkpoint set height = height * ${copies}`);
}
