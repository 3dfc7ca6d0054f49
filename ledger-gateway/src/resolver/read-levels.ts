import { canonicalLink, parseIdentifier } from '@hopline/protocol/gs1';
import { type LevelFacts, levelsOf, type Resolvable } from '@hopline/protocol/resolver';
import { lotOfItem } from '../recall/items-of-lots.ts';
import type { Queryable } from '../store/database.ts';

/**
 * What is known of a thing and of what it is one of, from the finest to the coarsest level; levels that nobody has spoken
 * of are left out. The lot of an item is taken from its events where the link does not say it.
 */
export async function readLevels(on: Queryable, identifier: Resolvable): Promise<LevelFacts[]> {
  const facts: LevelFacts[] = [];
  for (const level of levelsOf(await withLot(on, identifier))) {
    const known = await readLevel(on, level);
    if (known) facts.push(known);
  }
  return facts;
}

/** The item with the lot that it came onto the ledger as one of. */
export async function withLot(on: Queryable, identifier: Resolvable): Promise<Resolvable> {
  if (identifier.kind !== 'sgtin' || identifier.lot !== undefined) return identifier;
  const link = await lotOfItem(on, canonicalLink(identifier));
  const lot = link === null ? null : parseIdentifier(link);
  return lot?.kind === 'lgtin' ? { ...identifier, lot: lot.lot } : identifier;
}

async function readLevel(on: Queryable, identifier: Resolvable): Promise<LevelFacts | null> {
  const item = canonicalLink(identifier);
  const description = await (async () => {
    switch (identifier.kind) {
      case 'gtin':
        return nameOrNone(on, 'select name from products where gtin = $1', identifier.gtin, {
          sql: 'select 1 from items where gtin = $1 limit 1',
          parameter: identifier.gtin,
        });
      case 'lgtin':
      case 'sgtin':
      case 'sscc':
        // A recall may name what no event has reached here.
        return (await isKnown(on, item)) ? '' : undefined;
      case 'gln':
      case 'sgln':
        return nameOrNone(on, 'select name from sites where gln = $1', identifier.gln, null);
    }
  })();
  if (description === undefined) return null;
  return { identifier, description: description || null, hasCertification: await hasCertificates(on, item) };
}

async function nameOrNone(
  on: Queryable,
  sql: string,
  parameter: string,
  otherwise: { sql: string; parameter: string } | null,
): Promise<string | undefined> {
  const [row] = await on.query<{ name: string }>(sql, [parameter]);
  if (row) return row.name;
  if (!otherwise) return undefined;
  return (await on.query(otherwise.sql, [otherwise.parameter])).length > 0 ? '' : undefined;
}

async function isKnown(on: Queryable, item: string): Promise<boolean> {
  const rows = await on.query(
    `select 1 where exists (select 1 from items where item = $1)
       or exists (select 1 from recall_scope s join recalls r on r.recall_id = s.recall_id
                  where s.item = $1 and r.kind <> 'mock')`,
    [item],
  );
  return rows.length > 0;
}

async function hasCertificates(on: Queryable, item: string): Promise<boolean> {
  const rows = await on.query(
    `select 1 from event_items i join events e on e.event = i.event and e.declaration = i.declaration
     where i.item = $1 and jsonb_array_length(coalesce(e.document -> 'certifications', '[]')) > 0 limit 1`,
    [item],
  );
  return rows.length > 0;
}
