/** A moment by the clock on a wall. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const minuteMs = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** Zones whose formats are kept; there are about 600 with their other names. */
const maxFormats = 700;

/** Whether a text names a time zone: an IANA name, or an offset such as `+02:00`. */
export function isTimeZone(zone: string): boolean {
  if (fixedOffset(zone) !== null) return true;
  try {
    return formatOf(zone) !== null;
  } catch {
    return false;
  }
}

/**
 * The moment at which a clock in a zone showed a time. In the hour that comes twice in autumn it is the first; the hour that
 * spring leaves out does not exist.
 * @returns ms since 1970 and the offset in minutes, or `null` for a time that never was
 */
export function atWallTime(wall: WallTime, zone: string): { ms: number; offset: number; ambiguous: boolean } | null {
  const { year, month, day, hour, minute, second } = wall;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  const fixed = fixedOffset(zone);
  if (fixed !== null) return { ms: local - fixed * minuteMs, offset: fixed, ambiguous: false };
  // The offset can only be one of those that hold a day before and a day after.
  const offsets = new Set([-1, 1].map((days) => offsetAt(local + days * 86_400_000, zone)));
  const found = [...offsets]
    .map((offset) => ({ ms: local - offset * minuteMs, offset }))
    .filter(({ ms, offset }) => offsetAt(ms, zone) === offset)
    .sort((a, b) => a.ms - b.ms);
  const [first] = found;
  return first ? { ...first, ambiguous: found.length > 1 } : null;
}

/** An offset as EPCIS writes it: `+02:00`. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment in a zone's time, as EPCIS writes it: `2026-05-04T06:30:00+02:00`. */
export function isoWithOffset(ms: number, offset: number): string {
  const local = new Date(ms + offset * minuteMs).toISOString();
  return `${local.slice(0, ms % 1000 === 0 ? 19 : 23)}${offsetText(offset)}`;
}

/** Minutes of a text such as `+02:00` or `Z`; `null` where it is none, or beyond the 14 hours that EPCIS allows. */
export function fixedOffset(text: string): number | null {
  if (/^z$|^utc$/i.test(text)) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(text);
  if (!match) return null;
  const size = Number(match[2]) * 60 + Number(match[3]);
  if (Number(match[3]) > 59 || size > 14 * 60) return null;
  return match[1] === '-' ? -size : size;
}

/** Offset of a zone in minutes, without the seconds of times before zones were made. */
function offsetAt(ms: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((shown - Math.floor(ms / 1000) * 1000) / minuteMs);
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  if (formats.size < maxFormats) formats.set(zone, format);
  return format;
}
