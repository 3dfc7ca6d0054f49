import { flowEnds } from '../../projection/flow-ends.ts';
import type { Flow } from './flow.ts';
import type { FlowBook } from './flow-book.ts';
import type { Reach } from './reach.ts';

/**
 * Walks until nothing is added: each round reads all that the last one found, so that a walk costs as many round trips as
 * the lineage is deep. The units that the goods were in are read along, and what those stood in.
 *
 * @param starts numbers of the things that the walk starts from
 * @param onReached takes what a round reached; called while the next round is being read
 */
export async function walk(
  book: FlowBook,
  reach: Reach,
  starts: Iterable<number>,
  onReached: (flows: readonly Flow[]) => void = () => undefined,
): Promise<void> {
  const isForward = reach.direction === 'forward';
  let subjects = new Set(starts);
  let through: number[] = [];
  const seenUnits = new Set<number>();
  while (subjects.size + through.length > 0) {
    const reading = book.read({ subjects, madeBy: isForward ? through : [], usedBy: isForward ? [] : through });
    onReached(reach.takeLatest());
    await reading;
    const touched = new Set(subjects);
    for (const id of through) for (const subject of isForward ? book.made(id) : book.used(id)) touched.add(subject);
    subjects = new Set();
    through = [];
    for (const subject of touched) {
      through.push(...reach.spread(subject, book.flowsOf(subject)));
      for (const unit of unitsOf(book, reach, subject)) {
        if (seenUnits.has(unit)) continue;
        seenUnits.add(unit);
        subjects.add(unit);
      }
    }
  }
  onReached(reach.takeLatest());
}

/** Units that something was in: of goods those that the walk reached, of a unit all that it stood in. */
function unitsOf(book: FlowBook, reach: Reach, subject: number): Set<number> {
  const units = new Set<number>();
  const flows = reach.reached.get(subject) ?? book.flowsOf(subject);
  for (const { fromAt, fromId, toAt, toId } of flows) {
    if (fromAt === flowEnds.unit) units.add(fromId);
    if (toAt === flowEnds.unit) units.add(toId);
  }
  return units;
}
