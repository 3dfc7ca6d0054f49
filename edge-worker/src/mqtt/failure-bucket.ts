import { failedConnectsPerSecond, maxFailedConnectsAtOnce } from './limits.ts';

/**
 * A token bucket for refused credentials. It is the node's memory only: an object that slept begins with a full one, and
 * guesses are hopeless in any case (secrets have 128 bits). What it bounds is the work that a stranger can cause.
 */
export class FailureBucket {
  #tokens = maxFailedConnectsAtOnce;
  #atMs = 0;

  /** Takes a token for one failure; false where there is none. */
  take(nowMs: number): boolean {
    const gained = (Math.max(0, nowMs - this.#atMs) / 1000) * failedConnectsPerSecond;
    this.#tokens = Math.min(maxFailedConnectsAtOnce, this.#tokens + gained);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
