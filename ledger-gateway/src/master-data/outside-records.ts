import {
  type MasterDataKind,
  organisationDataSchema,
  placeDataSchema,
  productDataSchema,
} from '@hopline/protocol/master-data';
import type { Queryable } from '../store/database.ts';
import type { OwnRow } from '../store/own-tables.ts';

const schemas = { product: productDataSchema, place: placeDataSchema, organisation: organisationDataSchema } as const;

interface DataOf {
  readonly product: typeof productDataSchema;
  readonly place: typeof placeDataSchema;
  readonly organisation: typeof organisationDataSchema;
}
export type OutsideRecord<K extends MasterDataKind> = ReturnType<DataOf[K]['parse']>;

/** This organisation's own notes on things outside of the network, by key. */
export async function outsideRecords<K extends MasterDataKind>(
  on: Queryable,
  kind: K,
  ids: readonly string[],
): Promise<Map<string, OutsideRecord<K>>> {
  if (ids.length === 0) return new Map();
  const rows = await on.query<{ id: string; record: unknown }>(
    'select id, record from outside_records where kind = $1 and id = any($2::text[]) and record is not null',
    [kind, [...new Set(ids)]],
  );
  // The table holds what these schemas have accepted before it was written.
  return new Map(rows.map(({ id, record }) => [id, schemas[kind].parse(record) as OutsideRecord<K>]));
}

/** The row of a note; `null` takes it back. */
export function outsideRow(kind: MasterDataKind, id: string, record: object | null, nowMs: number): OwnRow {
  return { table: 'outside_records', row: { kind, id, record, updated_ms: nowMs } };
}
