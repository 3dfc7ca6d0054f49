import { formatAge, formatShortTime, formatTime } from '../format/time.ts';
import { useNow } from '../live/use-now.ts';

/** A moment with date, time and zone; UTC on hovering. */
export function Time({ ms, short = false }: { ms: number; short?: boolean }) {
  const iso = new Date(ms).toISOString();
  return (
    <time dateTime={iso} title={iso}>
      {short ? formatShortTime(ms) : formatTime(ms)}
    </time>
  );
}

/** How long ago something was, kept true. */
export function Age({ ms }: { ms: number }) {
  const now = useNow();
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatTime(ms)}>
      {formatAge(now - ms)}
    </time>
  );
}
