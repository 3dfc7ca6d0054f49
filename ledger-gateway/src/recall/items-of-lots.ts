import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { recallLimits } from './limits.ts';

/**
 * Single items that came onto the ledger as some of these lots (canonical links), each with its lot, in the order of the
 * items. A hold on the lot holds them.
 *
 * @throws GatewayError `too-large` beyond `maxSingleItems`
 */
export async function itemsOfLots(on: Queryable, lots: readonly string[]): Promise<Map<string, string>> {
  const { maxSingleItems } = recallLimits;
  const rows = await on.query<{ item: string; lot: string }>(
    `select attributes[1] as item, record ->> 'lot' as lot from state
     where kind = 'item' and record ->> 'lot' = any($1::text[]) order by item limit $2`,
    [lots, maxSingleItems + 1],
  );
  if (rows.length > maxSingleItems) {
    throw new GatewayError('too-large', `the lots of a recall have at most ${maxSingleItems} single items`, {
      maxSingleItems,
      advice: 'open one recall for each part of the suspect lots',
    });
  }
  return new Map(rows.map(({ item, lot }) => [item, lot]));
}

/** The lot that a single item came onto the ledger as one of, by canonical links; `null` where nobody said so. */
export async function lotOfItem(on: Queryable, item: string): Promise<string | null> {
  const [row] = await on.query<{ lot: string | null }>(
    `select record ->> 'lot' as lot from state where kind = 'item' and key = $1`,
    [item],
  );
  return row?.lot ?? null;
}
