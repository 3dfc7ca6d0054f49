import type { MovementEnd, Origin } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Goods } from './goods.ts';
import { arrive } from './holdings.ts';
import { isSerial } from './identifiers.ts';
import { lotStated } from './lot-of-item.ts';
import type { Effect, Scene } from './scene.ts';

/** Makes known whether items were on the ledger before. */
export async function loadItems(draft: Draft, items: Iterable<string>): Promise<void> {
  for (const item of items) await draft.load('item', item);
}

/** Puts goods on the ledger that were not on it: from outside by declaration, or out of a transformation. */
export function appear(draft: Draft, goods: Goods, origin: Origin, from: MovementEnd, scene: Scene): Effect {
  const { item } = goods;
  const { mspId, place, hash, event } = scene;
  const known = draft.get('item', item);
  // A serial number that was taken before it was commissioned is the one that is commissioned now.
  if (known && isSerial(item) && !explainsItself(draft, item, scene)) {
    throw new Refused('already-commissioned', 'a serial number comes onto the ledger once', {
      item,
      event: known.event,
      mspId: known.mspId,
    });
  }
  if (!known) {
    draft.put('item', [item], {
      schema: 1,
      item,
      origin,
      mspId,
      place,
      event: hash,
      atMs: event.eventTimeMs,
      ...lotStated(scene, item),
    });
  }
  return arrive(draft, goods, origin, from, scene);
}

function explainsItself(draft: Draft, item: string, { place, event }: Scene): boolean {
  return draft.list('shortfall', place, item).some(({ open, atMs }) => open !== '0' && event.eventTimeMs <= atMs);
}
