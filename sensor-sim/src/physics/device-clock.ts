/** How a device's clock goes wrong: an offset at `sinceMs`, and a rate (parts in a million; a quartz has 20 or so). */
export interface ClockError {
  readonly offsetMs: number;
  readonly driftPpm: number;
  readonly sinceMs: number;
}

/** What the device's clock shows at a true time, in whole milliseconds. */
export function deviceTime(clock: ClockError, trueMs: number): number {
  return Math.round(trueMs + clock.offsetMs + ((trueMs - clock.sinceMs) * clock.driftPpm) / 1e6);
}
