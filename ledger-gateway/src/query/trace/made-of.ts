import type { Queryable } from '../../store/database.ts';
import { FlowBook } from './flow-book.ts';
import { Reach } from './reach.ts';
import { walk } from './walk.ts';

/**
 * Goods (canonical identifiers) with all that was made of them, and of that, in one walk; sorted. Units are left out.
 */
export async function madeOf(on: Queryable, items: readonly string[]): Promise<string[]> {
  const starts = await on.query<{ number: number }>('select number from items where item = any($1::text[])', [
    [...new Set(items)],
  ]);
  const book = new FlowBook(on);
  const reach = new Reach('forward');
  const numbers = starts.map(({ number }) => number);
  for (const number of numbers) reach.addWhole(number);
  await walk(book, reach, numbers);
  const rows = await on.query<{ item: string }>(
    'select item from items where number = any($1::bigint[]) or item = any($2::text[]) order by item',
    [[...reach.reached.keys()], [...new Set(items)]],
  );
  return rows.map(({ item }) => item);
}
