import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';

const maxBuckets = 10_000;

/**
 * A token bucket for each name: `burst` at once, `perSecond` in the long run. Buckets that are full again say nothing
 * and are dropped, so the memory is bounded.
 */
export class RateLimit {
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;

  constructor(clock: Clock, burst: number, perSecond: number) {
    this.#clock = clock;
    this.#burst = burst;
    this.#perSecond = perSecond;
  }

  /** Takes a token. Throws `rate-limited` with the time until the next one. */
  take(name: string): void {
    const bucket = this.#level(name);
    if (bucket.tokens < 1) {
      const retryAfterMs = ((1 - bucket.tokens) / this.#perSecond) * 1000;
      throw new GatewayError('rate-limited', 'too many requests', {}, { retryAfterMs });
    }
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: bucket.tokens - 1, atMs: bucket.atMs });
    if (this.#buckets.size > maxBuckets) this.#drop();
  }

  #level(name: string): { tokens: number; atMs: number } {
    const atMs = this.#clock.now();
    const bucket = this.#buckets.get(name);
    if (!bucket) return { tokens: this.#burst, atMs };
    const refilled = bucket.tokens + (Math.max(0, atMs - bucket.atMs) / 1000) * this.#perSecond;
    return { tokens: Math.min(this.#burst, refilled), atMs };
  }

  #drop(): void {
    for (const name of [...this.#buckets.keys()]) {
      if (this.#level(name).tokens >= this.#burst) this.#buckets.delete(name);
    }
    // All of them busy: the longest untouched goes, in the order of insertion.
    for (const name of this.#buckets.keys()) {
      if (this.#buckets.size <= maxBuckets) break;
      this.#buckets.delete(name);
    }
  }
}
