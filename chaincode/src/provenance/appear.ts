import type { Movement, MovementEnd, Origin } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Goods } from './goods.ts';
import { putHolding } from './holdings.ts';
import { isSerial } from './identifiers.ts';
import type { Scene } from './scene.ts';
import { atPlace } from './units.ts';

/** Makes known whether items were on the ledger before. */
export async function loadItems(draft: Draft, items: Iterable<string>): Promise<void> {
  for (const item of items) await draft.load('item', item);
}

/** Puts goods on the ledger that were not on it: from outside by declaration, or out of a transformation. */
export function appear(draft: Draft, goods: Goods, origin: Origin, from: MovementEnd, scene: Scene): Movement {
  const { item } = goods;
  const { mspId, place, hash, event } = scene;
  const known = draft.get('item', item);
  if (known && isSerial(item)) {
    throw new Refused('already-commissioned', 'a serial number comes onto the ledger once', {
      item,
      event: known.event,
      mspId: known.mspId,
    });
  }
  if (!known) {
    draft.put('item', [item], { schema: 1, item, origin, mspId, place, event: hash, atMs: event.eventTimeMs });
  }
  putHolding(draft, goods, origin, scene);
  return { ...goods, origin, from, to: atPlace(place) };
}
