import type { ItemRecord } from '@hopline/protocol';
import type { Draft } from '../state/draft.ts';
import { isSerial } from './identifiers.ts';
import type { Scene } from './scene.ts';

/** The lot that an event says a single item is of, for the item's record. */
export function lotStated({ event }: Pick<Scene, 'event'>, item: string): Pick<ItemRecord, 'lot'> {
  const lot = event.lots?.[item];
  return lot === undefined ? {} : { lot };
}

/** Makes known of which lots single items are. */
export async function loadLots(draft: Draft, items: Iterable<string>): Promise<void> {
  for (const item of items) if (isSerial(item)) await draft.load('item', item);
}

/** A lot or item, and for a single item the lot that it came onto the ledger as one of. */
export function withItsLot(draft: Draft, item: string): string[] {
  const lot = isSerial(item) ? draft.get('item', item)?.lot : undefined;
  return lot === undefined ? [item] : [item, lot];
}
