import { flowEnds } from '../../projection/flow-ends.ts';
import type { Queryable } from '../../store/database.ts';
import { conditionsOf, type Stay } from '../conditions.ts';
import { limitsOf } from '../lot.ts';
import type { Conditions } from '../shapes.ts';
import type { AffectedGoods } from './affected-goods.ts';
import { maxConditionLots } from './trace-limits.ts';
import { glnText, type TraceNames } from './trace-names.ts';

/** Conditions of the goods that a trace reached, while they were where it found them; of `maxConditionLots` at most. */
export async function traceConditions(
  on: Queryable,
  goods: AffectedGoods,
  subjects: readonly number[],
  names: TraceNames,
  nowMs: number,
): Promise<{ conditions: (Conditions & { id: string })[]; isCut: boolean }> {
  const conditions: (Conditions & { id: string })[] = [];
  for (const subject of subjects.slice(0, maxConditionLots)) {
    const { item, gtin } = names.thing(subject);
    const stays: Stay[] = goods
      .stays(subject)
      .map(({ at, id, fromMs, toMs }) => ({
        place: at === flowEnds.place ? glnText(id) : null,
        unit: at === flowEnds.unit ? names.thing(id).item : null,
        fromMs,
        toMs: Math.min(toMs, nowMs),
      }))
      .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs);
    const limits = gtin === null ? [] : await limitsOf(on, [gtin]);
    conditions.push({ id: item, ...(await conditionsOf(on, stays, limits, (gln) => names.place(Number(gln)))) });
  }
  return { conditions, isCut: subjects.length > maxConditionLots };
}
