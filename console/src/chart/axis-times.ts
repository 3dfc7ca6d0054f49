import type { TimeStyle } from '../format/time.ts';

/** Labels of a time axis: hours and minutes, with the date below wherever a day begins on the axis. */
export function axisTimes(momentsMs: readonly number[], { locale, timeZone }: TimeStyle = {}): string[] {
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone });
  return momentsMs.map((ms, index) => {
    const date = day.format(ms);
    const before = index === 0 ? null : day.format(momentsMs[index - 1]);
    return date === before ? time.format(ms) : `${time.format(ms)}\n${date}`;
  });
}
