import type { Queryable } from '../../store/database.ts';
import type { FlowBook } from './flow-book.ts';
import { insidePlace, type PlaceStart, type TraceStart } from './trace-start.ts';

/** How far from the suspects' own time lots may have begun that they are compared with. */
const controlWindowMs = 30 * 24 * 3_600_000;
/** Places that complaints are compared with: what lay at one place is as much work as many lots. */
export const maxControlPlaces = 20;
const triesPerControl = 3;

/**
 * Lots to compare suspects with: of the same products, first spoken of at about the same time, and not suspect. Which of
 * them does not depend on chance, so that the same question has the same answer.
 */
export async function controlLots(
  on: Queryable,
  suspects: readonly TraceStart[],
  count: number,
): Promise<TraceStart[]> {
  const goods = new Set(suspects.flatMap((each) => [...each.goods, ...each.inside.map(({ subject }) => subject)]));
  if (goods.size === 0 || count === 0) return [];
  const rows = await on.query<{ number: number }>(
    `select distinct i.number, hashint8(i.number) as mixed
     from (select gtin, min(first_ms) as least, max(first_ms) as most from items
           where number = any($1::bigint[]) and lot is not null group by gtin) s
     join items i on i.gtin = s.gtin and i.lot is not null
       and i.first_ms between s.least - $2::bigint and s.most + $2::bigint and not i.number = any($1::bigint[])
     order by mixed, i.number limit $3`,
    [[...goods], controlWindowMs, count],
  );
  return rows.map(({ number }) => ({ id: '', place: null, goods: [number], inside: [], units: [], isCut: false }));
}

/**
 * What lay at other places of the same kind in the times of complaints. Single lots would be no match for all that lay at a
 * place, which leads back to nearly everything.
 */
export async function controlPlaces(
  on: Queryable,
  book: FlowBook,
  complaints: readonly PlaceStart[],
  count: number,
): Promise<TraceStart[]> {
  const most = Math.min(count, maxControlPlaces);
  if (complaints.length === 0 || most === 0) return [];
  const glns = [...new Set(complaints.map(({ place }) => place))];
  const rows = await on.query<{ place: string; others: string[] }>(
    `select c.gln as place, k.others from sites c
     join (select kind, array_agg(gln order by hashtext(gln), gln) as others from sites where not gln = any($1::text[])
           and kind in (select kind from sites where gln = any($1::text[])) group by kind) k on k.kind = c.kind
     where c.gln = any($1::text[])`,
    [glns],
  );
  const others = new Map(rows.map((row) => [row.place, row.others]));
  const starts: TraceStart[] = [];
  // Each complaint in turn gets one more, until there are enough; many places had nothing then.
  for (let asked = 0; asked < most * triesPerControl && starts.length < most; asked++) {
    const { place, fromMs, toMs } = complaints[asked % complaints.length] as PlaceStart;
    const other = others.get(place)?.[Math.floor(asked / complaints.length)];
    if (other === undefined) continue;
    const found = await insidePlace(on, book, { place: other, fromMs, toMs });
    if (found.inside.length > 0) starts.push({ id: other, place: Number(other), goods: [], units: [], ...found });
  }
  return starts;
}
