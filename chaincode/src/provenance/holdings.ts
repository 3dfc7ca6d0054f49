import type { Line, Origin } from '@hopline/protocol';
import type { Draft } from '../state/draft.ts';
import { addToLine, type Goods, takeFromLine } from './goods.ts';
import type { Scene } from './scene.ts';

/** Makes the holdings of some items at a place known. */
export async function loadHoldings(draft: Draft, items: Iterable<string>, place: string): Promise<void> {
  for (const item of items) await draft.load('holding', item, place);
}

/** Takes goods that lie loose at the scene's place. Gives the line taken, with its origin. */
export function takeHolding(draft: Draft, goods: Goods, { place, hash, event }: Scene): Line {
  const { item } = goods;
  const holding = draft.get('holding', item, place);
  const rest = takeFromLine(holding, goods, { place });
  if (!holding || !rest) draft.remove('holding', [item, place]);
  else draft.put('holding', [item, place], { ...holding, ...rest, event: hash, sinceMs: event.eventTimeMs });
  return { ...goods, origin: holding?.origin ?? 'declared' };
}

/** Puts goods down loose at the scene's place, in the custody of its organisation. */
export function putHolding(draft: Draft, goods: Goods, origin: Origin, { place, mspId, hash, event }: Scene): void {
  const { item } = goods;
  const holding = draft.get('holding', item, place);
  draft.put('holding', [item, place], {
    schema: 1,
    ...addToLine(holding, goods, origin),
    place,
    custodian: mspId,
    disposition: event.disposition ?? holding?.disposition ?? null,
    event: hash,
    sinceMs: event.eventTimeMs,
  });
}
