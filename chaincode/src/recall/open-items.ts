import { maxLotsLookedAt, type OpenItem, openItemKey, type RecallRecord } from '@hopline/protocol';
import { loadUpwards, outermost, unitOf } from '../provenance/units.ts';
import type { Draft } from '../state/draft.ts';
import { scopeOf } from './scope.ts';

/**
 * What is still open of a recall: organisations that have not acknowledged its newest version, and goods of the scope
 * that lie somewhere by the ledger, or are on the way to there in a unit, of which nobody has said what was found. Goods are
 * looked at where the scope has no more than `maxLotsLookedAt` lots.
 */
export async function openItemsOf(draft: Draft, recall: RecallRecord): Promise<OpenItem[]> {
  const { recallId, version, mspId: opener } = recall;
  const open = new Map<string, OpenItem>();
  const note = (item: OpenItem) => open.set(openItemKey(item), item);
  for (const mspId of recall.addressees) {
    if (mspId === opener) continue;
    const acknowledgement = await draft.load('acknowledgement', recallId, mspId);
    if (!acknowledgement || acknowledgement.version < version) note({ open: 'organisation', mspId });
  }
  // Beyond that a peer would not come to an end in time; whose gateway submits it looks at the goods (decision 0075).
  if (recall.lots > maxLotsLookedAt) return [...open.values()];
  for (const item of await scopeOf(draft, recallId)) {
    for (const place of await placesOf(draft, item)) {
      if (!(await draft.load('finding', recallId, place, item))) note({ open: 'goods', place, item });
    }
  }
  return [...open.values()];
}

/** Where some of an item is, loose or in units. */
async function placesOf(draft: Draft, item: string): Promise<Set<string>> {
  const places = new Set((await draft.loadRange('holding', item)).map(({ place }) => place));
  for (const { unit } of await draft.loadRange('containment', item)) {
    await loadUpwards(draft, unit);
    const { location } = outermost(draft, unitOf(draft, unit));
    if (location.at === 'place') places.add(location.place);
    else if (location.at === 'transit') places.add(location.to);
  }
  return places;
}
