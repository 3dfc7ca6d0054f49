import type { Rule } from '@hopline/protocol';

/** A stretch of readings that all kept the rule, or all broke it, with none of the other kind known between them. */
interface Run {
  readonly kind: 'kept' | 'broken';
  readonly fromMs: number;
  readonly toMs: number;
  /** The value furthest outside, in thousandths; `null` for a run that kept the rule. */
  readonly peak: number | null;
  readonly alerted: boolean;
}

/** What is remembered of one rule on one device: runs in ascending order of time, the oldest forgotten first. */
export interface TrackerState {
  readonly runs: readonly Run[];
  /** End of the last run when the state was last saved. */
  readonly savedToMs: number;
}

export const emptyTracker: TrackerState = { runs: [], savedToMs: 0 };
const maxRuns = 32;
/** A run that keeps the rule is saved again when it has grown by this much: its end only matters to late readings. */
const keptRunSaveMs = 60_000;

export interface Observation {
  readonly timeMs: number;
  /** Thousandths of the unit. */
  readonly value: number;
}

export interface BrokenRun {
  readonly fromMs: number;
  readonly toMs: number;
  readonly peak: number;
}

export interface Tracked {
  readonly state: TrackerState;
  readonly save: boolean;
  /** The excursion that this observation began to show, or changed. */
  readonly excursion: BrokenRun | null;
  /** Whether it is to be announced: once for each excursion. */
  readonly alert: boolean;
}

/**
 * Takes one measured value in. Time is the readings' own, so a backlog that arrives late, or out of order, is put where it
 * belongs: it may open an excursion in the past, extend one, or, where it kept the rule, cut one in two.
 */
export function track(state: TrackerState, rule: Rule, observation: Observation): Tracked {
  const outside = excess(rule, observation.value);
  const changed = place(state.runs, outside > 0 ? 'broken' : 'kept', observation, rule);
  if (!changed) return { state, save: false, excursion: null, alert: false };
  const { run } = changed;
  const isExcursion = run.kind === 'broken' && run.toMs - run.fromMs >= rule.durationMs;
  const alert = isExcursion && !run.alerted;
  const runs = alert ? changed.runs.map((other) => (other === run ? { ...run, alerted: true } : other)) : changed.runs;
  const toMs = runs.at(-1)?.toMs ?? 0;
  const save = changed.isNews || toMs - state.savedToMs >= keptRunSaveMs;
  return {
    state: { runs: runs.slice(-maxRuns), savedToMs: save ? toMs : state.savedToMs },
    save,
    excursion: isExcursion ? { fromMs: run.fromMs, toMs: run.toMs, peak: run.peak ?? observation.value } : null,
    alert,
  };
}

/** How far a value lies outside the rule's limits; 0 within them, the limits included. */
function excess({ min, max }: Rule, value: number): number {
  return Math.max(0, min === null ? 0 : min - value, max === null ? 0 : value - max);
}

interface Placed {
  readonly runs: readonly Run[];
  readonly run: Run;
  readonly isNews: boolean;
}

function place(runs: readonly Run[], kind: Run['kind'], observation: Observation, rule: Rule): Placed | null {
  const { timeMs } = observation;
  // The last run that began by then; nearly always the last of all.
  const index = runs.findLastIndex((run) => run.fromMs <= timeMs);
  const before = runs[index];
  const after = runs[index + 1];
  if (before && timeMs <= before.toMs && before.kind !== kind) return split(runs, index, observation, kind);
  if (before?.kind === kind) {
    const grown = grow(before, observation, rule);
    const isNews = kind === 'broken' || index < runs.length - 1;
    return grown === before ? null : { runs: runs.with(index, grown), run: grown, isNews };
  }
  if (after?.kind === kind) {
    const grown = grow(after, observation, rule);
    return { runs: runs.with(index + 1, grown), run: grown, isNews: true };
  }
  const run = begin(kind, observation);
  return { runs: runs.toSpliced(index + 1, 0, run), run, isNews: true };
}

function begin(kind: Run['kind'], { timeMs, value }: Observation): Run {
  return { kind, fromMs: timeMs, toMs: timeMs, peak: kind === 'broken' ? value : null, alerted: false };
}

function grow(run: Run, { timeMs, value }: Observation, rule: Rule): Run {
  const peak =
    run.kind === 'broken' && (run.peak === null || excess(rule, value) > excess(rule, run.peak)) ? value : run.peak;
  if (peak === run.peak && timeMs >= run.fromMs && timeMs <= run.toMs) return run;
  return { ...run, fromMs: Math.min(run.fromMs, timeMs), toMs: Math.max(run.toMs, timeMs), peak };
}

/**
 * A late reading of the other kind lies within a run. The readings next to it are not known any more, so both halves reach
 * up to it; at the very edge of a run two readings of one time contradict each other, and the earlier arrival stays.
 */
function split(runs: readonly Run[], index: number, observation: Observation, kind: Run['kind']): Placed | null {
  const whole = runs[index] as Run;
  const { timeMs } = observation;
  if (timeMs === whole.fromMs || timeMs === whole.toMs) return null;
  const run = begin(kind, observation);
  const halves = [{ ...whole, toMs: timeMs - 1 }, run, { ...whole, fromMs: timeMs + 1 }];
  return { runs: runs.toSpliced(index, 1, ...halves), run, isNews: true };
}
