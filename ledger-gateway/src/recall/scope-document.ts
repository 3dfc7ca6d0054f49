import { type Bytes, sha256, toBase64Url, utf8 } from '@hopline/protocol';
import { addQuantities } from '@hopline/protocol/epcis';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { readCheckpoint } from '../projection/checkpoint.ts';
import { openEndMs } from '../projection/rows.ts';
import { partsOf } from '../query/affected.ts';
import { placesOf } from '../query/lookups.ts';
import { whereabouts } from '../query/whereabouts.ts';
import type { Database, Queryable } from '../store/database.ts';
import { itemsOfLots } from './items-of-lots.ts';
import { recallLimits } from './limits.ts';
import type { LineageLine } from './lineage.ts';

const quantityShape = { amount: z.string(), uom: z.string().nullable() };

/** A part of a lot as the trace found it: where it is or what became of it (`query/affected.ts`). */
export const frozenPartSchema = z.strictObject({
  item: z.string(),
  state: z.enum(['held', 'in-transit', 'used', 'gone']),
  place: z.string().nullable(),
  from: z.string().nullable(),
  custodian: z.string().nullable(),
  ...quantityShape,
  units: z.array(z.string()),
  how: z.string().nullable(),
  sinceMs: z.int(),
  event: z.string(),
});
export type FrozenPart = z.infer<typeof frozenPartSchema>;

/** What an organisation has to do with the goods: it made, holds, expects or sold some, or had them in its hands. */
const roleSchema = z.enum(['made', 'holds', 'expects', 'sold', 'handled']);
type Role = z.infer<typeof roleSchema>;

/**
 * The trace that a scope is taken from, frozen: all lots, where each part of them was, and whom it concerned, as of a height of
 * the ledger. Its exact bytes are kept, since the ledger holds their digest.
 */
export const scopeDocumentSchema = z.strictObject({
  format: z.literal(1),
  frozenBy: z.string(),
  frozenAtMs: z.int(),
  height: z.int(),
  blockTimeMs: z.int(),
  suspects: z.array(z.string()),
  lots: z.array(
    z.strictObject({
      item: z.string(),
      gtin: z.string().nullable(),
      lot: z.string().nullable(),
      serial: z.string().nullable(),
      product: z.string().nullable(),
      via: z.string().nullable(),
      from: z.array(z.string()),
    }),
  ),
  parts: z.array(frozenPartSchema),
  places: z.array(
    z.strictObject({
      gln: z.string(),
      name: z.string().nullable(),
      kind: z.string().nullable(),
      mspId: z.string().nullable(),
    }),
  ),
  organisations: z.array(z.strictObject({ mspId: z.string(), name: z.string(), roles: z.array(roleSchema) })),
  /** GLNs of places that nobody on the channel has registered, and that some of it was sent to. */
  outside: z.array(z.string()),
});
export type ScopeDocument = z.infer<typeof scopeDocumentSchema>;

/** A frozen trace with the bytes that its digest (base64url of SHA-256) is of. */
export interface FrozenScope {
  readonly document: ScopeDocument;
  readonly bytes: Bytes;
  readonly digest: string;
}

/** Freezes where the lots of a scope are, all of it as of one and the same block. Throws GatewayError `too-large`. */
export async function freezeScope(
  database: Database,
  lines: (on: Queryable) => Promise<readonly LineageLine[]>,
  { mspId, nowMs }: { mspId: string; nowMs: number },
): Promise<FrozenScope> {
  const document = await database.transaction(async (tx) => {
    // On a server blocks may be applied between two statements: this one transaction sees none of them.
    await tx.query('set transaction isolation level repeatable read');
    return describeScope(tx, await lines(tx), { mspId, nowMs });
  });
  const bytes = utf8(JSON.stringify(scopeDocumentSchema.parse(document)));
  if (bytes.length > recallLimits.maxEvidenceBytes) {
    throw new GatewayError('too-large', 'the trace of the scope is too large', {
      bytes: bytes.length,
      maxEvidenceBytes: recallLimits.maxEvidenceBytes,
    });
  }
  return { document, bytes, digest: toBase64Url(await sha256(bytes)) };
}

async function describeScope(
  on: Queryable,
  lines: readonly LineageLine[],
  { mspId, nowMs }: { mspId: string; nowMs: number },
): Promise<ScopeDocument> {
  const { height, blockTimeMs } = await readCheckpoint(on);
  const lots = lines.map(({ item }) => item);
  const lotOf = await itemsOfLots(on, lots);
  const items = [...new Set([...lots, ...lotOf.keys()])];
  // What the recall names by itself is told by itself.
  for (const lot of lots) lotOf.delete(lot);
  const parts = await frozenParts(on, items, lotOf);
  const past = await placesSeen(on, items);
  const place = await placesOf(on, [...past, ...parts.flatMap((part) => [part.place, part.from])]);
  const glns = new Set([...past, ...parts.flatMap((part) => [part.place ?? [], part.from ?? []].flat())]);
  const places = [...glns].sort().map(place);
  return {
    format: 1,
    frozenBy: mspId,
    frozenAtMs: nowMs,
    height,
    blockTimeMs,
    suspects: lines.filter(({ via }) => via === null).map(({ item }) => item),
    lots: await named(on, lines),
    parts,
    places: places.map(({ gln, name, kind, custodian }) => ({ gln, name, kind, mspId: custodian })),
    organisations: await organisationsOf(on, items, parts, (gln) => place(gln).custodian, past),
    outside: places.filter(({ custodian }) => custodian === null).map(({ gln }) => gln),
  };
}

/** Parts of these lots and items; single items of a lot are parts of the lot. */
async function frozenParts(
  on: Queryable,
  items: readonly string[],
  lotOf: ReadonlyMap<string, string>,
): Promise<FrozenPart[]> {
  const byItem = await partsOf(on, items);
  const all = items.flatMap((item) =>
    (byItem.get(item) ?? []).map(
      ({ state, place, from, custodian, quantity, units, how, sinceMs, event }): FrozenPart => ({
        item: lotOf.get(item) ?? item,
        state,
        place,
        from,
        custodian,
        amount: quantity.amount,
        uom: quantity.uom,
        units: [...units],
        how,
        sinceMs,
        event,
      }),
    ),
  );
  const parts = lotOf.size === 0 ? all : countedTogether(all);
  if (parts.length <= recallLimits.maxParts) return parts;
  throw new GatewayError('too-large', 'the goods lie in more parts than one recall takes', {
    parts: parts.length,
    maxParts: recallLimits.maxParts,
  });
}

/** Parts of one lot that are in the same state at the same place, in the same units, as one: single items are counted. */
function countedTogether(parts: readonly FrozenPart[]): FrozenPart[] {
  const byWhere = new Map<string, FrozenPart>();
  for (const part of parts) {
    const { item, state, place, from, custodian, uom, units, how } = part;
    const key = JSON.stringify([item, state, place, from, custodian, uom, units, how]);
    const known = byWhere.get(key);
    byWhere.set(key, known ? { ...known, ...addQuantities(known, part) } : part);
  }
  return [...byWhere.values()];
}

const itemsPerWalk = 100;

/** GLNs of all places that the goods were ever at or sent between, alone or in units. */
async function placesSeen(on: Queryable, items: readonly string[]): Promise<Set<string>> {
  const glns = new Set<string>();
  for (let start = 0; start < items.length; start += itemsPerWalk) {
    const windows = items.slice(start, start + itemsPerWalk).map((item) => ({ item, fromMs: 0, toMs: openEndMs }));
    for (const presence of await whereabouts(on, windows)) {
      if (presence.at === 'place') glns.add(presence.where_id);
      if (presence.at === 'transit')
        for (const end of [presence.transit_from, presence.transit_to]) if (end) glns.add(end);
    }
  }
  return glns;
}

async function named(on: Queryable, lines: readonly LineageLine[]): Promise<ScopeDocument['lots']> {
  const rows = await on.query<{
    item: string;
    gtin: string | null;
    lot: string | null;
    serial: string | null;
    product: string | null;
  }>(
    `select i.item, i.gtin, i.lot, i.serial, p.name as product from items i left join products p on p.gtin = i.gtin
     where i.item = any($1::text[])`,
    [lines.map(({ item }) => item)],
  );
  const byItem = new Map(rows.map((row) => [row.item, row]));
  return lines.map(({ item, via, from }) => {
    const { gtin = null, lot = null, serial = null, product = null } = byItem.get(item) ?? {};
    return { item, gtin, lot, serial, product, via, from: [...from] };
  });
}

async function organisationsOf(
  on: Queryable,
  items: readonly string[],
  parts: readonly FrozenPart[],
  ownerOf: (gln: string) => string | null,
  past: ReadonlySet<string>,
): Promise<ScopeDocument['organisations']> {
  const roles = new Map<string, Set<Role>>();
  const note = (mspId: string | null, role: Role) => {
    if (mspId !== null) roles.set(mspId, (roles.get(mspId) ?? new Set()).add(role));
  };
  const makers = await on.query<{ msp_id: string }>(
    `select distinct record ->> 'mspId' as msp_id from state where kind = 'item' and key = any($1::text[])`,
    [items],
  );
  for (const { msp_id } of makers) note(msp_id, 'made');
  for (const part of parts) {
    if (part.state === 'held') note(part.custodian, 'holds');
    if (part.state === 'in-transit') {
      note(part.custodian, 'holds');
      note(part.place === null ? null : ownerOf(part.place), 'expects');
    }
    if (part.how === 'sold') note(part.custodian, 'sold');
  }
  for (const gln of past) note(ownerOf(gln), 'handled');
  const names = await on.query<{ msp_id: string; name: string }>(
    'select msp_id, name from organisations where msp_id = any($1::text[])',
    [[...roles.keys()]],
  );
  return names
    .map(({ msp_id, name }) => ({ mspId: msp_id, name, roles: [...(roles.get(msp_id) ?? [])].sort() }))
    .sort((a, b) => (a.mspId < b.mspId ? -1 : 1));
}
