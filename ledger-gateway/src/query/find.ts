import { canonicalLink, classifyQuery, type FindQuery, type GS1Identifier } from '@hopline/protocol/gs1';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const maxFindResults = 50;
export const maxFindChars = 2_048;

export const findSchema = z.object({
  q: z.string(),
  results: z.array(
    z.object({
      kind: z.enum(['lot', 'item', 'unit', 'product', 'site', 'party', 'asset']),
      id: z.string(),
      label: z.string(),
      gtin: z.string().nullable(),
      lot: z.string().nullable(),
      sscc: z.string().nullable(),
      gln: z.string().nullable(),
    }),
  ),
  ...asOfSchema.shape,
});
type Result = z.infer<typeof findSchema>['results'][number];

/**
 * What a text in the find box can mean, and of that what is known here. Throws ProtocolError for a text that can't mean
 * anything, such as a link with a wrong check digit.
 */
export async function find(on: Queryable, text: string): Promise<{ q: string; results: Result[] }> {
  const results = new Map<string, Result>();
  for (const meaning of classifyQuery(text)) {
    for (const result of await lookUp(on, meaning)) results.set(`${result.kind} ${result.id}`, result);
  }
  return { q: text, results: [...results.values()].slice(0, maxFindResults) };
}

async function lookUp(on: Queryable, meaning: FindQuery): Promise<Result[]> {
  if (meaning.kind === 'lot') return items(on, 'i.lot = $1', [meaning.lot]);
  const id = meaning.identifier;
  switch (id.kind) {
    case 'gtin':
      return [...(await products(on, id.gtin)), ...(await items(on, 'i.gtin = $1', [id.gtin]))];
    case 'gln':
    case 'sgln':
      return sites(on, id.gln);
    case 'pgln':
      return sites(on, id.gln);
    default:
      return items(on, 'i.item = $1', [canonicalLink(id)]);
  }
}

async function items(on: Queryable, condition: string, parameters: readonly string[]): Promise<Result[]> {
  const rows = await on.query<{
    item: string;
    kind: GS1Identifier['kind'] | 'uri';
    gtin: string | null;
    lot: string | null;
    sscc: string | null;
    product: string | null;
  }>(
    `select i.item, i.kind, i.gtin, i.lot, i.sscc, p.name as product from items i left join products p on p.gtin = i.gtin
     where ${condition} order by i.first_ms desc, i.item limit ${maxFindResults}`,
    parameters,
  );
  return rows.map((row) => ({
    kind: kindOf(row.kind),
    id: row.item,
    label: [row.product, row.lot ?? row.sscc].filter((part) => part !== null).join(' · ') || row.item,
    gtin: row.gtin,
    lot: row.lot,
    sscc: row.sscc,
    gln: null,
  }));
}

function kindOf(kind: GS1Identifier['kind'] | 'uri'): Result['kind'] {
  switch (kind) {
    case 'lgtin':
      return 'lot';
    case 'sscc':
      return 'unit';
    case 'grai':
    case 'giai':
      return 'asset';
    default:
      return 'item';
  }
}

async function products(on: Queryable, gtin: string): Promise<Result[]> {
  const rows = await on.query<{ gtin: string; name: string }>('select gtin, name from products where gtin = $1', [
    gtin,
  ]);
  return rows.map(({ name }) => ({
    kind: 'product',
    id: canonicalLink({ kind: 'gtin', gtin }),
    label: name,
    gtin,
    lot: null,
    sscc: null,
    gln: null,
  }));
}

async function sites(on: Queryable, gln: string): Promise<Result[]> {
  const rows = await on.query<{ name: string }>('select name from sites where gln = $1', [gln]);
  return rows.map(({ name }) => ({
    kind: 'site',
    id: canonicalLink({ kind: 'gln', gln }),
    label: name,
    gtin: null,
    lot: null,
    sscc: null,
    gln,
  }));
}
