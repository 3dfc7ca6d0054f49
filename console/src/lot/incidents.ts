import type { Excursion } from '../api/history.ts';

/** Excursions at one place or in one unit that overlap in time: what somebody would call one incident. */
export interface Incident {
  readonly stream: string;
  readonly unit: string | null;
  readonly place: string | null;
  readonly inUnit: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** The value furthest outside, thousandths of the unit. */
  readonly peak: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly certainty: 'certain' | 'possible';
  readonly devices: readonly string[];
}

/**
 * Joins excursions that break, or may break, the product's limits. The edge and the gateway both report one and the
 * same warm dock, and every probe of a warm room does: people want to hear of it once.
 */
export function incidentsOf(excursions: readonly Excursion[]): Incident[] {
  const judged = excursions.filter(({ certainty }) => certainty === 'certain' || certainty === 'possible');
  const groups = Map.groupBy(judged, ({ stream, place, inUnit }) => `${stream}\0${place ?? ''}\0${inUnit ?? ''}`);
  return [...groups.values()].flatMap(joinOverlapping).sort((a, b) => a.fromMs - b.fromMs);
}

function joinOverlapping(excursions: readonly Excursion[]): Incident[] {
  const runs: Excursion[][] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  for (const excursion of [...excursions].sort((a, b) => a.fromMs - b.fromMs)) {
    const run = runs.at(-1);
    if (run && excursion.fromMs <= endMs) run.push(excursion);
    else runs.push([excursion]);
    endMs = run && excursion.fromMs <= endMs ? Math.max(endMs, excursion.toMs) : excursion.toMs;
  }
  return runs.map(asOne);
}

function asOne(run: readonly Excursion[]): Incident {
  const [first] = run as readonly [Excursion, ...Excursion[]];
  // The product's limits say what matters for these goods; a device's own rule may be stricter or looser.
  const { min, max, unit } = run.find(({ source }) => source === 'limits') ?? first;
  const worst = run.reduce((a, b) => (outsideBy(b) > outsideBy(a) ? b : a));
  return {
    stream: first.stream,
    unit,
    place: first.place,
    inUnit: first.inUnit,
    fromMs: Math.min(...run.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...run.map(({ toMs }) => toMs)),
    peak: worst.peak,
    min,
    max,
    certainty: run.some(({ certainty }) => certainty === 'certain') ? 'certain' : 'possible',
    devices: [...new Set(run.map(({ device }) => device))],
  };
}

function outsideBy({ peak, min, max }: Excursion): number {
  return Math.max(max === null ? 0 : peak - max, min === null ? 0 : min - peak);
}
