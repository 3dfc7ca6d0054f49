import type { MasterDataKind } from '@hopline/protocol/master-data';
import { z } from 'zod';
import { asOfSchema } from '../query/freshness.ts';
import type { Queryable } from '../store/database.ts';
import { masterDataLimits } from './limits.ts';

export const listQuerySchema = z.object({
  /** The key after which the page begins: a GTIN or GLN. */
  after: z.string().max(20).default(''),
  limit: z.coerce.number().int().min(1).max(masterDataLimits.maxRecordsPerPage).default(100),
});

const entrySchema = z.object({
  /** GTIN or GLN; the MSP id for a member that has stated no GLN. */
  id: z.string(),
  /** What its owner put on the ledger, with the transaction that did; `null` for somebody outside of the network. */
  ledger: z
    .object({
      mspId: z.string(),
      record: z.record(z.string(), z.unknown()),
      block: z.int(),
      transactionId: z.string(),
    })
    .nullable(),
  /** This organisation's own note. */
  note: z.record(z.string(), z.unknown()).nullable(),
});

export const listSchema = z.object({
  records: z.array(entrySchema),
  next: z.string().nullable(),
  ...asOfSchema.shape,
});

const keys: Readonly<Record<MasterDataKind, { state: string; id: string }>> = {
  product: { state: 'product', id: "record ->> 'gtin'" },
  place: { state: 'site', id: "record ->> 'gln'" },
  organisation: { state: 'organisation', id: "coalesce(record ->> 'gln', record ->> 'mspId')" },
};

/** A page of one kind of master data, by key: the ledger's records and the organisation's own notes side by side. */
export async function listRecords(
  on: Queryable,
  kind: MasterDataKind,
  { after, limit }: z.infer<typeof listQuerySchema>,
): Promise<Pick<z.infer<typeof listSchema>, 'records' | 'next'>> {
  const { state, id } = keys[kind];
  const rows = await on.query<{
    id: string;
    record: Record<string, unknown> | null;
    note: Record<string, unknown> | null;
    block: number | null;
    transaction_id: string | null;
  }>(
    `select coalesce(l.id, n.id) as id, l.record, l.block, l.transaction_id, n.record as note
     from (select ${id} as id, record, block, transaction_id from state where kind = $1) l
     full join (select id, record from outside_records where kind = $2 and record is not null) n on n.id = l.id
     where coalesce(l.id, n.id) > $3 order by coalesce(l.id, n.id) limit $4`,
    [state, kind, after, limit + 1],
  );
  const page = rows.slice(0, limit);
  return {
    records: page.map(({ id: key, record, note, block, transaction_id }) => ({
      id: key,
      ledger:
        record === null
          ? null
          : { mspId: String(record.mspId), record, block: block ?? 0, transactionId: transaction_id ?? '' },
      note,
    })),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}
