import type { Queryable } from '../store/database.ts';
import type { Sheet } from './find-header.ts';
import type { Mapping } from './mapping.ts';
import type { Lookups } from './read-lines.ts';
import { steps } from './steps.ts';
import { cellAt } from './table.ts';

/** Looks up the places and products that a sheet names, by number and by name. A name that two have is nobody's. */
export async function findLookups(
  on: Queryable,
  mspId: string,
  sheet: Sheet,
  mapping: Mapping,
  nowMs: number,
): Promise<Lookups> {
  const places = textsOf(sheet, mapping, ['place', 'partner']);
  const products = textsOf(sheet, mapping, ['product']);
  const [sites, goods] = await Promise.all([
    on.query<{ gln: string; name: string; msp_id: string }>(
      'select gln, name, msp_id from sites where gln = any($1::text[]) or lower(name) = any($2::text[])',
      [places.map((text) => digitsOf(text).padStart(13, '0')), places.map((text) => text.toLowerCase())],
    ),
    on.query<{ gtin: string; name: string }>(
      'select gtin, name from products where gtin = any($1::text[]) or lower(name) = any($2::text[])',
      [products.map((text) => digitsOf(text).padStart(14, '0')), products.map((text) => text.toLowerCase())],
    ),
  ]);
  return {
    placeByName: byName(sites.map(({ gln, name }) => ({ key: gln, name }))),
    places: new Map(sites.map(({ gln, msp_id }) => [gln, { own: msp_id === mspId }])),
    productByName: byName(goods.map(({ gtin, name }) => ({ key: gtin, name }))),
    products: new Set(goods.map(({ gtin }) => gtin)),
    nowMs,
  };
}

/** What stands in the columns of fields of some kinds, and in their values for all rows. */
function textsOf(sheet: Sheet, { step, columns, constants }: Mapping, kinds: readonly string[]): string[] {
  const texts = new Set<string>();
  for (const { name, kind } of steps[step].fields) {
    if (!kinds.includes(kind)) continue;
    const column = columns[name];
    if (column !== undefined) for (const row of sheet.rows) texts.add(cellAt(row, column).text);
    if (constants[name]) texts.add(constants[name].trim());
  }
  texts.delete('');
  return [...texts];
}

/** The digits of a number or of the first key in a link. */
function digitsOf(text: string): string {
  return /(?:^|\/(?:01|414|417)\/)(\d{7,14})(?:\D|$)/.exec(text.replaceAll(/[\s-]/g, ''))?.[1] ?? text.slice(0, 14);
}

function byName(rows: ReadonlyArray<{ readonly key: string; readonly name: string }>): Map<string, string> {
  const counts = Map.groupBy(rows, ({ name }) => name.toLowerCase());
  return new Map([...counts].flatMap(([name, same]) => (same.length === 1 && same[0] ? [[name, same[0].key]] : [])));
}
