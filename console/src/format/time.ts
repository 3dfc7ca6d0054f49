const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Language and time zone that times are written in; the browser's own unless told otherwise. */
export interface TimeStyle {
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** Date and time to the minute with the zone, as `23 Nov 2026, 05:12 UTC`. Takes milliseconds since 1970. */
export function formatTime(ms: number, { locale, timeZone }: TimeStyle = {}): string {
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  }).format(ms);
}

/** Day and time to the minute, for lists that name the zone once: `Mon 23 Nov, 05:12`. */
export function formatShortTime(ms: number, { locale, timeZone }: TimeStyle = {}): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(ms);
}

/** The zone in which times are shown, as `America/Los_Angeles (GMT-8)`; the offset is that of the given moment. */
export function formatZone(ms: number, style: TimeStyle = {}): string {
  const { locale } = style;
  const timeZone = style.timeZone ?? new Intl.DateTimeFormat(locale).resolvedOptions().timeZone;
  const offset = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' })
    .formatToParts(ms)
    .find((part) => part.type === 'timeZoneName')?.value;
  return offset === undefined || offset === timeZone ? timeZone : `${timeZone} (${offset})`;
}

/** A length of time by its two largest units: `3 d 4 h`, `2 h 5 min`, `40 s`. Less than a second is `0 s`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < minuteMs) return `${Math.floor(whole / secondMs)} s`;
  if (whole < hourMs) return twoUnits(whole, [minuteMs, 'min'], [secondMs, 's']);
  if (whole < dayMs) return twoUnits(whole, [hourMs, 'h'], [minuteMs, 'min']);
  return twoUnits(whole, [dayMs, 'd'], [hourMs, 'h']);
}

/** How long ago something was, by its largest unit: `12 s ago`. What lies ahead, as clocks differ, is `just now`. */
export function formatAge(ms: number): string {
  if (ms < secondMs) return 'just now';
  const [size, name] = ([
    [dayMs, 'd'],
    [hourMs, 'h'],
    [minuteMs, 'min'],
  ].find(([unit]) => ms >= Number(unit)) ?? [secondMs, 's']) as [number, string];
  return `${Math.floor(ms / size)} ${name} ago`;
}

type Unit = readonly [ms: number, name: string];

function twoUnits(ms: number, [large, largeName]: Unit, [small, smallName]: Unit): string {
  const rest = Math.floor((ms % large) / small);
  const first = `${Math.floor(ms / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
