import { useEffect, useState } from 'react';

/** The present moment, in milliseconds since 1970, renewed at an interval so that ages on the page keep true. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
