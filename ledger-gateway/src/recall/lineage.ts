import { maxRecallLots, type ScopeLine } from '@hopline/protocol';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { itemsOfLots } from './items-of-lots.ts';
import { recallLimits } from './limits.ts';

/** A lot of a scope, with the goods of the scope that it was made of. */
export interface LineageLine extends ScopeLine {
  readonly from: readonly string[];
}

/**
 * Everything that was made of these goods, through any number of transformations, in an order in which each thing stands
 * behind what it was made of: the ledger takes a scope in that order. What was made of single items of a lot was made of the
 * lot. The goods themselves, and what is `left out` (and
 * whatever only came of that), are not in the answer.
 *
 * @throws GatewayError `too-large` beyond `maxRecallLots`
 */
export async function madeOf(
  on: Queryable,
  goods: readonly string[],
  leftOut: ReadonlySet<string> = new Set(),
): Promise<LineageLine[]> {
  const lines = new Map<string, { via: string; from: Set<string> }>();
  const known = new Set([...goods, ...leftOut]);
  let frontier: readonly string[] = [...new Set(goods)];
  for (let round = 0; frontier.length > 0; round++) {
    if (round === recallLimits.maxLineageRounds) {
      throw new GatewayError('too-large', 'the goods went through more transformations than a scope is followed', {
        maxLineageRounds: recallLimits.maxLineageRounds,
      });
    }
    const rows = await outputsOf(on, frontier);
    const next: string[] = [];
    for (const { input, item, via } of rows) {
      const line = lines.get(item);
      if (line?.via === via) line.from.add(input);
      if (known.has(item)) continue;
      known.add(item);
      lines.set(item, { via, from: new Set([input]) });
      next.push(item);
    }
    if (lines.size + goods.length > maxRecallLots) {
      throw new GatewayError('too-large', `a recall has at most ${maxRecallLots} lots`, {
        maxRecallLots,
        advice: 'open one recall for each part of the suspect lots',
      });
    }
    frontier = next;
  }
  return [...lines].map(([item, { via, from }]) => ({ item, via, from: [...from].sort() }));
}

async function outputsOf(
  on: Queryable,
  goods: readonly string[],
): Promise<{ input: string; item: string; via: string }[]> {
  const lotOf = await itemsOfLots(on, goods);
  const rows = await on.query<{ input: string; item: string; via: string }>(
    `select distinct made.subject as item, used.to_id as via, used.subject as input
     from movements used join movements made on made.from_at = 'transformation' and made.from_id = used.to_id
     where used.to_at = 'transformation' and used.subject = any($1::text[])
     order by item, via, input`,
    [[...goods, ...lotOf.keys()]],
  );
  return rows.map((row) => ({ ...row, input: lotOf.get(row.input) ?? row.input }));
}
