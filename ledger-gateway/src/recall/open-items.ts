import {
  type Explained,
  isExplained,
  maxReasonsPerClosing,
  type OpenItem,
  openItemKey,
  openItemSchema,
  type RecallClosing,
} from '@hopline/protocol';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { partsOf } from '../query/affected.ts';
import type { Queryable } from '../store/database.ts';
import { itemsOfLots } from './items-of-lots.ts';
import { recordOf } from './recall-record.ts';

export const openItemsSchema = z.object({ open: z.array(openItemSchema) });

/**
 * What is open of a recall now: organisations that have not acknowledged its newest version, and goods of the scope that
 * are somewhere, or on the way to there, of which nobody has said what was found. The ledger asks a reason for each of them
 * at the closing; loose goods on the way and single items, which it has no way to find by lot, are asked for here.
 *
 * @throws `not-found`
 */
export async function openItemsOf(on: Queryable, recallId: string): Promise<OpenItem[]> {
  const recall = await recordOf(on, recallId);
  const acknowledged = new Set(
    (
      await on.query<{ msp_id: string }>(
        `select attributes[2] as msp_id from state
         where kind = 'acknowledgement' and attributes[1] = $1 and (record ->> 'version')::int >= $2`,
        [recallId, recall.version],
      )
    ).map(({ msp_id }) => msp_id),
  );
  const open = new Map<string, OpenItem>();
  const note = (item: OpenItem) => open.set(openItemKey(item), item);
  for (const mspId of recall.addressees) {
    if (mspId !== recall.mspId && !acknowledged.has(mspId)) note({ open: 'organisation', mspId });
  }
  const answered = new Set(
    (
      await on.query<{ place: string; item: string }>(
        `select attributes[2] as place, attributes[3] as item from state where kind = 'finding' and attributes[1] = $1`,
        [recallId],
      )
    ).map(({ place, item }) => `${place} ${item}`),
  );
  const scope = await on.query<{ item: string }>(
    'select item from recall_scope where recall_id = $1 and to_version is null order by item',
    [recallId],
  );
  const lots = scope.map(({ item }) => item);
  // Single items are answered for with their lot, unless the recall names them.
  const lotOf = await itemsOfLots(on, lots);
  for (const lot of lots) lotOf.delete(lot);
  for (const [id, parts] of await partsOf(on, [...new Set([...lots, ...lotOf.keys()])])) {
    const item = lotOf.get(id) ?? id;
    for (const { state, place } of parts) {
      const isThere = state === 'held' || state === 'in-transit';
      if (isThere && place !== null && !answered.has(`${place} ${item}`)) note({ open: 'goods', place, item });
    }
  }
  return [...open.values()];
}

const maxOpenItemsNamed = 50;

/**
 * Reasons for all that is open at a closing: those that were given, and `otherwise` for what has none of its own, in one for
 * each place where there would be too many.
 *
 * @throws GatewayError `recall-open` with the things that have no reason
 */
export function reasonsFor(
  recallId: string,
  open: readonly OpenItem[],
  reasons: RecallClosing['reasons'],
  otherwise: string | null,
): RecallClosing['reasons'] {
  const explained = new Set(reasons.map(({ item }) => openItemKey(item)));
  const bare = open.filter((item) => !isExplained(item, explained));
  if (bare.length > 0 && otherwise === null) {
    throw new GatewayError('recall-open', 'something is open: each such thing needs a reason', {
      recallId,
      total: bare.length,
      open: bare.slice(0, maxOpenItemsNamed),
    });
  }
  const items = reasons.length + bare.length > maxReasonsAlone ? byPlace(bare) : bare;
  if (reasons.length + items.length > maxReasonsPerClosing) {
    throw new GatewayError('too-large', `a closing has at most ${maxReasonsPerClosing} reasons`, {
      maxReasonsPerClosing,
      total: reasons.length + items.length,
      advice: 'record findings first, or let lots out of the scope',
    });
  }
  return [...reasons, ...items.map((item) => ({ item, reason: otherwise ?? '' }))];
}

/** Beyond it one reason for thousands of lots is said once for each place: each would be a line of the report. */
const maxReasonsAlone = 500;

function byPlace(open: readonly OpenItem[]): Explained[] {
  const items = open.map((item): Explained => (item.open === 'goods' ? { open: 'place', place: item.place } : item));
  return [...new Map(items.map((item) => [openItemKey(item), item])).values()];
}
