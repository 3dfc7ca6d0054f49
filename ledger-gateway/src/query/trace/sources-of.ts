import { flowEnds } from '../../projection/flow-ends.ts';
import type { FlowBook } from './flow-book.ts';
import { Reach } from './reach.ts';
import { enter, showUnits, type TraceStart } from './trace-start.ts';
import { walk } from './walk.ts';
import { Whereabouts } from './whereabouts-of-goods.ts';

/**
 * Everything that a start leads back to, by kind and number, each with the number of an event that proves it: goods,
 * transformations, places and units. What the book holds already is not read again.
 */
export async function sourcesOf(book: FlowBook, start: TraceStart): Promise<Map<string, number>> {
  const reach = new Reach('back');
  await walk(book, reach, enter(reach, start));
  const whereabouts = new Whereabouts(book);
  whereabouts.addReach(reach);
  showUnits(whereabouts, start);
  whereabouts.followUnits();
  const sources = new Map<string, number>();
  const note = (kind: string, id: number, seq: number) => {
    const key = `${kind} ${id}`;
    if (!sources.has(key)) sources.set(key, seq);
  };
  for (const id of reach.transformations) note('transformation', id, id);
  for (const [subject, seen] of whereabouts.goods) {
    const [first] = reach.reached.get(subject) ?? [];
    if (first) note('goods', subject, first.seq);
    for (const { at, id, first: came } of seen.keys()) {
      if (at === flowEnds.place) note('place', id, came.seq);
      if (at === flowEnds.unit) note('unit', id, came.seq);
    }
  }
  for (const { stay } of [...whereabouts.units.values()].flat()) {
    if (stay.at === flowEnds.place) note('place', stay.id, stay.first.seq);
    if (stay.at === flowEnds.unit) note('unit', stay.id, stay.first.seq);
  }
  return sources;
}
