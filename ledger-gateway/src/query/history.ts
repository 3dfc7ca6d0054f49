import type { Rule } from '@hopline/protocol';
import { openEndMs } from '../projection/rows.ts';
import type { Queryable } from '../store/database.ts';
import { conditionsOf, type Stay, staysOf } from './conditions.ts';
import { hopsOf, transitsOf } from './hops.ts';
import { evidenceOf, placesOf } from './lookups.ts';
import type { Conditions, Containment, Hop, Place, Transit } from './shapes.ts';
import { endOrNull, maxWhereaboutsRows, whereabouts } from './whereabouts.ts';

/** Where a thing has been, in what, and under which conditions. */
export interface History {
  readonly hops: Hop[];
  readonly transits: Transit[];
  /** The units that it was in, nested ones included. */
  readonly units: Containment[];
  readonly conditions: Conditions;
  readonly truncated: boolean;
}

interface PathOptions {
  /** Whether trackers can be associated with it, as with a unit. */
  readonly itself: boolean;
  readonly nowMs: number;
}

/** The whole history of a lot, an item or a unit. */
export async function historyOf(
  on: Queryable,
  item: string,
  options: PathOptions & { readonly limits: readonly Rule[] },
): Promise<History> {
  const { stays, place, ...path } = await pathOf(on, item, options);
  return { ...path, conditions: await conditionsOf(on, stays, options.limits, place) };
}

/** A history without its conditions, and the stays for which there can be some. */
export async function pathOf(
  on: Queryable,
  item: string,
  options: PathOptions,
): Promise<Omit<History, 'conditions'> & { readonly stays: Stay[]; readonly place: (gln: string) => Place }> {
  const found = await whereabouts(on, [{ item, fromMs: 0, toMs: openEndMs }]);
  const evidence = await evidenceOf(
    on,
    found.flatMap((presence) => [presence.from_event, presence.to_event, presence.left_event]),
  );
  const place = await placesOf(
    on,
    found.flatMap((presence) => [
      presence.at === 'place' ? presence.where_id : null,
      presence.transit_from,
      presence.transit_to,
    ]),
  );
  const stays = staysOf(found, options.nowMs);
  const first = found[0];
  if (options.itself && first) {
    const toMs = Math.min(Math.max(...found.map((presence) => presence.to_ms)), options.nowMs);
    stays.push({ place: null, unit: item, fromMs: first.from_ms, toMs } satisfies Stay);
  }
  return {
    hops: hopsOf(found, { evidence, place }),
    transits: transitsOf(found, { evidence, place }),
    units: found
      .filter((presence) => presence.at === 'unit')
      .map((presence) => ({
        item: presence.carrier,
        unit: presence.where_id,
        isUnit: presence.carrier !== item,
        quantity: presence.amount === null ? null : { amount: presence.amount, uom: presence.uom },
        fromMs: presence.from_ms,
        toMs: endOrNull(presence.to_ms),
        packed: evidence.get(presence.from_event) ?? null,
        unpacked: evidence.get(presence.to_event ?? '') ?? null,
      })),
    truncated: found.length >= maxWhereaboutsRows,
    stays,
    place,
  };
}
