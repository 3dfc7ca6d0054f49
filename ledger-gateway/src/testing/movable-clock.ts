import type { Clock } from '../clock.ts';

/** Real time that can be moved on: waits that end before the new time end at once. */
export class MovableClock implements Clock {
  #aheadMs = 0;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const timer = setTimeout(() => sleeper.wake(), Math.min(ms, 2 ** 31 - 1));
      const sleeper = {
        untilMs: this.now() + ms,
        wake: () => {
          clearTimeout(timer);
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  moveOn(ms: number): void {
    this.#aheadMs += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.untilMs <= this.now()) sleeper.wake();
  }
}
