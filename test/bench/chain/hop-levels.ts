/** What of a trace's edge says which event comes after which. */
export interface HopEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: string;
  readonly of: string | null;
  readonly fromMs: number;
  readonly event: string;
  readonly untilEvent: string | null;
}

/**
 * The events of a trace in the order in which a walk from hop to hop comes to know of them: those of one level can be asked for at
 * once, and each of them is next to one of the level before.
 *
 * @param start canonical identifier of what the trace began at
 */
export function hopLevels(edges: readonly HopEdge[], start: string, direction: 'back' | 'forward'): string[][] {
  const next = neighbours(edges, direction);
  const known = new Set<string>();
  const own = stepsOf(edges).get(start) ?? [];
  const [first] = direction === 'forward' ? own : own.toReversed();
  const levels: string[][] = [];
  for (let level = first === undefined ? [] : [first.event]; level.length > 0; ) {
    for (const event of level) known.add(event);
    levels.push(level);
    level = [...new Set(level.flatMap((event) => [...(next.get(event) ?? [])]))].filter((event) => !known.has(event));
  }
  // What no other event leads to, such as an earlier history of a unit, is asked for at the end.
  const rest = edges.flatMap(({ event, untilEvent }) => (untilEvent === null ? [event] : [event, untilEvent]));
  const missing = [...new Set(rest)].filter((event) => !known.has(event));
  return missing.length > 0 ? [...levels, missing] : levels;
}

function neighbours(edges: readonly HopEdge[], direction: 'back' | 'forward'): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>();
  const join = (before: string, after: string) => {
    if (before === after) return;
    const [key, value] = direction === 'forward' ? [before, after] : [after, before];
    const known = next.get(key);
    if (known) known.add(value);
    else next.set(key, new Set([value]));
  };
  for (const steps of stepsOf(edges).values()) {
    const ends = new Set(steps.map(({ untilEvent }) => untilEvent));
    for (const [index, { event, untilEvent }] of steps.entries()) {
      if (untilEvent !== null) join(event, untilEvent);
      const before = steps[index - 1];
      // A part that goes its own way ends no stay: it follows what its thing did before.
      if (before && !ends.has(event)) join(before.event, event);
    }
  }
  return next;
}

/** Edges by the thing whose way they are, in the order of time. */
function stepsOf(edges: readonly HopEdge[]): Map<string, HopEdge[]> {
  const ways = edges.map((edge) => ({ thing: edge.of ?? edge.from, edge }));
  const sorted = ways.sort((a, b) => a.edge.fromMs - b.edge.fromMs);
  return new Map(
    [...Map.groupBy(sorted, ({ thing }) => thing)].map(([thing, all]) => [thing, all.map(({ edge }) => edge)]),
  );
}
