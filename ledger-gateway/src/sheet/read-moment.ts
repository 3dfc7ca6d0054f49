import { atWallTime, fixedOffset, isoWithOffset, offsetText } from './local-time.ts';
import type { DateFormat } from './mapping.ts';
import { fault, warning } from './problems.ts';
import { type Reading, read, unread } from './read-value.ts';
import { sheetLimits } from './sheet-limits.ts';
import type { Cell } from './table.ts';

export interface Moment {
  readonly ms: number;
  /** As EPCIS writes them. */
  readonly eventTime: string;
  readonly eventTimeZoneOffset: string;
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formatNames: Readonly<Record<DateFormat, string>> = {
  ymd: 'year-month-day',
  dmy: 'day/month/year',
  mdy: 'month/day/year',
};
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * The moment that a cell with a date, and perhaps one with a time of day, name in a time zone. A date that states its own
 * offset keeps it. A date without a time is a fault: which hour was meant is for people to say.
 */
export function readMoment(
  cell: Cell,
  timeOfDay: Cell | null,
  { dateFormat, timeZone }: { readonly dateFormat: DateFormat; readonly timeZone: string },
): Reading<Moment> {
  const { date, time, zone } = cut(cell.text);
  const day = readDay(date, dateFormat);
  if (day === null || typeof day === 'string') return unread(dayFault(cell.text, day, dateFormat));
  const text = (time ?? timeOfDay?.text ?? '').slice(0, sheetLimits.maxValueChars);
  const clock = readClock(text);
  if (clock === null) {
    return unread(
      text === ''
        ? fault('time-missing', 'There is no time of day', 'Choose a column for it, or one time for all rows')
        : fault('date-format', `${JSON.stringify(text)} is no time of day`, 'Write it as 06:30 or 6:30 PM'),
    );
  }
  const at = atWallTime({ ...day, ...clock }, zone ?? timeZone);
  if (at === null) {
    return unread(
      fault(
        'no-such-time',
        `There was no ${[cell.text, time === null ? text : ''].join(' ').trim()} in ${timeZone}: clocks were put forward`,
        'Correct the time',
      ),
    );
  }
  const moment: Moment = {
    ms: at.ms,
    eventTime: isoWithOffset(at.ms, at.offset),
    eventTimeZoneOffset: offsetText(at.offset),
  };
  return at.ambiguous
    ? read(
        moment,
        warning(
          'ambiguous-time',
          `This time came twice in ${timeZone}: the first is taken`,
          'Write the offset behind it if it was the second',
        ),
      )
    : read(moment);
}

/** A date alone, as `2026-05-14`. */
export function readDate(cell: Cell, dateFormat: DateFormat): Reading<string> {
  const day = readDay(cut(cell.text).date, dateFormat);
  if (day === null || typeof day === 'string') return unread(dayFault(cell.text, day, dateFormat));
  return read(new Date(Date.UTC(day.year, day.month - 1, day.day)).toISOString().slice(0, 10));
}

/** Date, time and offset of a text, as far as it has them. A long text is none of it. */
function cut(text: string): { date: string; time: string | null; zone: string | null } {
  if (text.length > sheetLimits.maxValueChars) return { date: '', time: null, zone: null };
  const match =
    /^(.*?)(?:[T,\s]+(\d{1,2}[:.h]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?))?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(
      text,
    );
  const [, date = text, time, zone] = match ?? [];
  // An offset means something behind a time only: `2026-05-04` ends in what looks like one.
  if (time === undefined) return { date: text, time: null, zone: null };
  return { date, time, zone: zone !== undefined && fixedOffset(zone) !== null ? zone : null };
}

function readDay(text: string, format: DateFormat): Day | 'two-digit-year' | null {
  const named = namedMonth(text);
  if (named) return real(named);
  const match = /^(\d{1,4})[-/.\s](\d{1,2})[-/.\s](\d{1,4})\.?$/.exec(text.trim());
  if (!match) return null;
  const [, first = '', second = '', third = ''] = match;
  if (first.length === 4) return real({ year: Number(first), month: Number(second), day: Number(third) });
  if (format === 'ymd' || third.length < 4) return third.length <= 2 ? 'two-digit-year' : null;
  const [day, month] = format === 'dmy' ? [first, second] : [second, first];
  return real({ year: Number(third), month: Number(month), day: Number(day) });
}

/** `4 May 2026`, `04-May-2026`, `May 4, 2026`. */
function namedMonth(text: string): Day | null {
  const dayFirst = /^(\d{1,2})[-\s.]+([a-z]{3,9})\.?[-\s,]+(\d{4})$/i.exec(text.trim());
  const monthFirst = /^([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$/i.exec(text.trim());
  const [day, name, year] = dayFirst
    ? [dayFirst[1], dayFirst[2], dayFirst[3]]
    : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  const month = months.indexOf(name?.slice(0, 3).toLowerCase() ?? '') + 1;
  return month === 0 ? null : { year: Number(year), month, day: Number(day) };
}

function real(day: Day): Day | null {
  const date = new Date(Date.UTC(day.year, day.month - 1, day.day));
  return date.getUTCMonth() + 1 === day.month && date.getUTCDate() === day.day ? day : null;
}

function readClock(text: string): Clock | null {
  const match = /^(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?(?:m\.?)?$/i.exec(text.trim());
  if (!match) return null;
  const [, hours = '', minute = '', second = '0', half] = match;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  if (half !== undefined && (Number(hours) < 1 || Number(hours) > 12)) return null;
  return hour > 23 || Number(minute) > 59 || Number(second) > 59
    ? null
    : { hour, minute: Number(minute), second: Number(second) };
}

function dayFault(text: string, why: 'two-digit-year' | null, format: DateFormat) {
  return why === 'two-digit-year'
    ? fault('two-digit-year', `The year of ${JSON.stringify(text)} has two digits`, 'Write it with four')
    : fault(
        'date-format',
        `${JSON.stringify(text)} is no date as ${formatNames[format]}`,
        'Choose another date format, or correct the cell',
      );
}
