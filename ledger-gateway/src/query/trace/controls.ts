import type { Queryable } from '../../store/database.ts';
import type { TraceStart } from './trace-start.ts';

/** How far from the suspects' own time lots may have begun that they are compared with. */
const controlWindowMs = 30 * 24 * 3_600_000;

/**
 * Numbers of lots to compare suspects with: of the same products, first spoken of at about the same time, and not suspect. Which of
 * them does not depend on chance, so that the same question has the same answer.
 */
export async function chooseControls(on: Queryable, legs: readonly TraceStart[], count: number): Promise<number[]> {
  const suspects = [
    ...new Set(legs.flatMap(({ goods, inside }) => [...goods, ...inside.map(({ subject }) => subject)])),
  ];
  if (suspects.length === 0 || count === 0) return [];
  const rows = await on.query<{ number: number }>(
    `select distinct i.number, hashint8(i.number) as mixed
     from (select gtin, min(first_ms) as least, max(first_ms) as most from items
           where number = any($1::bigint[]) and lot is not null group by gtin) s
     join items i on i.gtin = s.gtin and i.lot is not null
       and i.first_ms between s.least - $2::bigint and s.most + $2::bigint and not i.number = any($1::bigint[])
     order by mixed, i.number limit $3`,
    [suspects, controlWindowMs, count],
  );
  return rows.map(({ number }) => number);
}
