import type { Conditions } from '../api/history.ts';
import type { Rule } from '../api/shapes.ts';
import { formatNumber, formatShare } from '../format/number.ts';
import type { BadgeTone } from '../shell/badge.tsx';
import { coverage } from './coverage.ts';
import { incidentsOf } from './incidents.ts';

/** One sentence about a thing's conditions, and what makes it less sure. */
export interface Verdict {
  readonly tone: BadgeTone;
  readonly text: string;
  readonly reservations: readonly string[];
}

interface Question {
  readonly conditions: Conditions;
  readonly limits: readonly Rule[];
  readonly stream: string;
  readonly stale: boolean;
  readonly nowMs: number;
}

/**
 * What can be said of the conditions. It never sounds surer than what is known: nothing found in incomplete figures is not
 * called fine, and no limit is not a limit that was kept.
 */
export function verdictOf({ conditions, limits, stream, stale, nowMs }: Question): Verdict {
  const incidents = incidentsOf(conditions.excursions);
  const certain = incidents.filter(({ certainty }) => certainty === 'certain').length;
  const known = coverage(conditions.stays, stream, nowMs) ?? 0;
  const overdue = new Set(
    conditions.stays.flatMap(({ streams }) =>
      streams.filter((each) => each.stream === stream && each.calibrationOverdue).map(({ device }) => device),
    ),
  );
  const gaps = [
    ...(conditions.missingSummaries > 0
      ? [`Figures of ${formatNumber(conditions.missingSummaries)} batches have not reached this gateway.`]
      : []),
    ...(conditions.truncated ? ['There is more to its history than one answer holds.'] : []),
    ...(overdue.size > 0 ? [`${formatNumber(overdue.size)} of the devices were overdue for calibration.`] : []),
    ...(stale ? ['The answer may be out of date.'] : []),
  ];
  const measured = known > 0 ? [`Measured for ${formatShare(known)} of the time.`] : ['No device measured it.'];
  const reservations = [...measured, ...gaps];
  if (certain > 0) {
    return { tone: 'danger', text: certain === 1 ? 'Limit broken' : `Limit broken ${certain} times`, reservations };
  }
  if (incidents.length > 0) return { tone: 'warn', text: 'Limit possibly broken', reservations };
  if (limits.length === 0) return { tone: 'neutral', text: 'No limits are set', reservations };
  if (known === 0) return { tone: 'warn', text: 'Conditions unknown', reservations };
  if (gaps.length > 0) return { tone: 'warn', text: 'Nothing found so far', reservations };
  return { tone: 'ok', text: 'Within limits where measured', reservations };
}
