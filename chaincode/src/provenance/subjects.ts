import type { NormalisedAggregationEvent, NormalisedObjectEvent } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { type Goods, goodsOf } from './goods.ts';
import { isSerial, isUnitLink } from './identifiers.ts';

/** What an event moves: whole units, and goods that are in none. */
export interface Subjects {
  readonly units: readonly string[];
  readonly goods: readonly Goods[];
}

/** Makes known which of these are units: asked before `splitUnits`. Serial numbers of goods never are. */
export async function loadUnits(draft: Draft, ids: readonly string[]): Promise<void> {
  for (const id of ids) if (!isSerial(id)) await draft.load('unit', id);
}

/** Tells units from single items. A private identifier is a unit once something was packed into it. */
export function splitUnits(draft: Draft, ids: readonly string[]): { units: string[]; items: string[] } {
  const isUnit = (id: string) => isUnitLink(id) || (!isSerial(id) && draft.get('unit', id) !== null);
  return { units: ids.filter(isUnit), items: ids.filter((id) => !isUnit(id)) };
}

/** The things that a shipping or receiving event names. An aggregation that moves is named by its parent. */
export function movedThings(event: NormalisedObjectEvent | NormalisedAggregationEvent) {
  if (event.type === 'ObjectEvent') return { epcs: event.epcs, quantities: event.quantities };
  if (event.parent !== null) return { epcs: [event.parent], quantities: [] };
  return { epcs: event.childEpcs, quantities: event.childQuantities };
}

export function subjectsOf(draft: Draft, event: NormalisedObjectEvent | NormalisedAggregationEvent): Subjects {
  const { epcs, quantities } = movedThings(event);
  const { units, items } = splitUnits(draft, epcs);
  return { units, goods: goodsOf(quantities, items) };
}

/** Every item that an event may move, units not yet told apart. */
export function itemsOf(event: NormalisedObjectEvent | NormalisedAggregationEvent): string[] {
  const { epcs, quantities } = movedThings(event);
  return [...epcs, ...quantities.map(({ epcClass }) => epcClass)];
}
