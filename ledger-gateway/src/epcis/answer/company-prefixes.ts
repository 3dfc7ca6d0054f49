import type { Queryable } from '../../store/database.ts';
import type { CompanyPrefixes } from './translate-identifiers.ts';

/** The company prefixes of all organisations on the ledger. */
export async function readCompanyPrefixes(on: Queryable): Promise<CompanyPrefixes> {
  const rows = await on.query<{ prefix: string }>(
    `select distinct jsonb_array_elements_text(record -> 'companyPrefixes') as prefix from organisations
     where jsonb_typeof(record -> 'companyPrefixes') = 'array'`,
  );
  return new Set(rows.map(({ prefix }) => prefix));
}
