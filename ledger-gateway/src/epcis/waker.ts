import type { Clock } from '../clock.ts';

/**
 * A pause that ends early when somebody has something to do, or when all work ends. What is told while nobody pauses ends
 * the next pause at once: nothing is missed between looking and pausing.
 */
export class Waker {
  #pause = new AbortController();

  /** Ends the pause under way, or the next one. */
  wake(): void {
    this.#pause.abort();
  }

  /** Forgets what was told before: call it before looking for what there is to do. */
  reset(): void {
    this.#pause = new AbortController();
  }

  /** Pauses for so long at most. */
  async pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const pause = this.#pause;
    const ended = () => pause.abort();
    if (signal.aborted) return;
    signal.addEventListener('abort', ended, { once: true });
    await clock.sleep(ms, pause.signal);
    signal.removeEventListener('abort', ended);
  }
}
