import { GatewayError } from '../../gateway-error.ts';
import { epcisLimits } from '../limits.ts';

/** Parts of a query schedule (EPCIS 2.0, section 8.2.5.3), from the finest to the coarsest, with their ranges. */
const parts = [
  ['second', 0, 59],
  ['minute', 0, 59],
  ['hour', 0, 23],
  ['dayOfMonth', 1, 31],
  ['month', 1, 12],
  ['dayOfWeek', 1, 7],
] as const;
/** The first so many parts are times of the day. */
const timesOfDay = 3;

export type SchedulePart = (typeof parts)[number][0];
export const scheduleParts: readonly SchedulePart[] = parts.map(([name]) => name);

/**
 * A schedule as it is written: each part is a list of numbers and ranges `[a-b]`, parted by commas. Steps `a/b`, every b from a
 * on, stand in an example of the REST bindings (`"second": "0/30"`), though their schema does not know them.
 */
export type ScheduleTexts = Readonly<Partial<Record<SchedulePart, string>>>;

/** A schedule, read: the values of each part that match, ascending. */
export type Schedule = Readonly<Record<SchedulePart, readonly number[]>>;

/**
 * Reads a schedule. A coarser part that is left out matches always. A finer one that is left out is its lowest value, so
 * that `{"hour": "1", "minute": "5"}` is five past one, once, as the standard's example has it.
 * @throws GatewayError `subscription-controls`, naming the part
 */
export function parseSchedule(texts: ScheduleTexts): Schedule {
  const finest = parts.findIndex(([name]) => texts[name] !== undefined);
  if (finest < 0) throw new GatewayError('subscription-controls', 'A schedule names at least one part', {});
  const numbers = ([name, low, high]: (typeof parts)[number], at: number): readonly number[] => {
    const text = texts[name];
    if (text !== undefined) return readPart(name, text, low, high);
    // Days have a finest part too, but neither of the two counts of them is finer than the other.
    const isFiner = at < Math.min(finest, timesOfDay);
    return isFiner ? [low] : numbersFrom(low, high);
  };
  const [second = [], minute = [], hour = [], dayOfMonth = [], month = [], dayOfWeek = []] = parts.map(numbers);
  return { second, minute, hour, dayOfMonth, month, dayOfWeek };
}

/**
 * The first time after `afterMs` that a schedule matches, in UTC, to the second; `null` where there is none in
 * `maxScheduleYears` (30 February).
 */
export function nextTimeMs(schedule: Schedule, afterMs: number): number | null {
  const start = new Date(afterMs);
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()];
  const days = epcisLimits.maxScheduleYears * 366;
  for (let ahead = 0; ahead <= days; ahead++) {
    const midnightMs = Date.UTC(year, month, day + ahead);
    const date = new Date(midnightMs);
    // Sunday is 0 for JavaScript and 7 for the standard.
    const weekday = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
    const matches =
      schedule.month.includes(date.getUTCMonth() + 1) &&
      schedule.dayOfMonth.includes(date.getUTCDate()) &&
      schedule.dayOfWeek.includes(weekday);
    const ms = matches ? firstOfDay(schedule, midnightMs, afterMs) : null;
    if (ms !== null) return ms;
  }
  return null;
}

function firstOfDay({ hour, minute, second }: Schedule, midnightMs: number, afterMs: number): number | null {
  for (const h of hour) {
    if (midnightMs + (h + 1) * 3_600_000 <= afterMs) continue;
    for (const m of minute) {
      if (midnightMs + h * 3_600_000 + (m + 1) * 60_000 <= afterMs) continue;
      for (const s of second) {
        const ms = midnightMs + h * 3_600_000 + m * 60_000 + s * 1_000;
        if (ms > afterMs) return ms;
      }
    }
  }
  return null;
}

function readPart(name: SchedulePart, text: string, low: number, high: number): number[] {
  const values = text.split(',').flatMap((element) => {
    const match = /^(?:(\d{1,2})(?:\/(\d{1,2}))?|\[(\d{1,2})-(\d{1,2})\])$/.exec(element.trim());
    const [, number, every, from, to] = match ?? [];
    const first = Number(number ?? from ?? Number.NaN);
    const last = every !== undefined ? high : Number(number ?? to ?? Number.NaN);
    const step = Number(every ?? 1);
    if (!(first >= low && last <= high && first <= last && step >= 1)) {
      throw new GatewayError(
        'subscription-controls',
        `${name} is made of numbers, ranges [a-b] and steps a/b, ${low} to ${high}`,
        {
          part: name,
          value: text,
        },
      );
    }
    return numbersFrom(first, last).filter((value) => (value - first) % step === 0);
  });
  return [...new Set(values)].sort((a, b) => a - b);
}

function numbersFrom(low: number, high: number): number[] {
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}
