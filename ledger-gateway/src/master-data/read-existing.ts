import { organisationRecordSchema, productRecordSchema, siteRecordSchema } from '@hopline/protocol';
import { type MasterDataRecord, masterDataKinds } from '@hopline/protocol/master-data';
import { found } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { outsideRecords } from './outside-records.ts';
import type { Existing } from './plan-import.ts';

/** What is known already of the things that an import speaks of. Throws `not-found` before the organisation is on the ledger. */
export async function readExisting(
  on: Queryable,
  mspId: string,
  records: readonly MasterDataRecord[],
): Promise<Existing> {
  const idsOf = (kind: MasterDataRecord['kind']) =>
    records.flatMap((record) =>
      record.kind === kind ? [record.kind === 'product' ? record.data.gtin : record.data.gln] : [],
    );
  const [row] = await on.query<{ record: unknown }>('select record from organisations where msp_id = $1', [mspId]);
  const sites = await on.query<{ gln: string; record: unknown }>(
    'select gln, record from sites where gln = any($1::text[])',
    [idsOf('place')],
  );
  const products = await on.query<{ gtin: string; record: unknown }>(
    'select gtin, record from products where gtin = any($1::text[])',
    [idsOf('product')],
  );
  const notes = new Map<string, Readonly<Record<string, unknown>>>();
  for (const kind of masterDataKinds) {
    for (const [id, note] of await outsideRecords(on, kind, idsOf(kind))) notes.set(`${kind} ${id}`, note);
  }
  return {
    mspId,
    organisation: organisationRecordSchema.parse(found(row, 'the organisation', { mspId }).record),
    sites: new Map(sites.map(({ gln, record }) => [gln, siteRecordSchema.parse(record)])),
    products: new Map(products.map(({ gtin, record }) => [gtin, productRecordSchema.parse(record)])),
    notes,
  };
}
