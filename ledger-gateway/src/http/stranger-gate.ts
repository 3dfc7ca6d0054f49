import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import { httpLimits } from './limits.ts';
import { RateLimit } from './rate-limit.ts';

const retryAfterMs = 2_000;

/**
 * Bounds what uploads without a token may cost: how often an address may try, how many are read and verified at a time, of
 * one address and of all, and how often a node may bring something in this way. So the memory that they can take is
 * `maxStrangers` × `maxStrangerUploadBytes`, and uploads with a token are not touched by them.
 */
export class StrangerGate {
  readonly #perAddress: RateLimit;
  readonly #perNode: RateLimit;
  readonly #inside = new Map<string, number>();
  #all = 0;

  constructor(clock: Clock) {
    this.#perAddress = new RateLimit(clock, httpLimits.burstStrangerUploads, httpLimits.strangerUploadsPerSecond);
    this.#perNode = new RateLimit(clock, httpLimits.burstStrangerUploads, httpLimits.strangerUploadsPerSecond);
  }

  /** Runs the work of one upload. Throws GatewayError `rate-limited`. */
  async run<T>(address: string, work: () => Promise<T>): Promise<T> {
    this.#perAddress.take(address);
    const inside = this.#inside.get(address) ?? 0;
    if (this.#all >= httpLimits.maxStrangers || inside >= httpLimits.maxStrangersPerAddress) {
      throw new GatewayError('rate-limited', 'other uploads without a token are under way', {}, { retryAfterMs });
    }
    this.#all++;
    this.#inside.set(address, inside + 1);
    try {
      return await work();
    } finally {
      this.#all--;
      const left = (this.#inside.get(address) ?? 1) - 1;
      if (left > 0) this.#inside.set(address, left);
      else this.#inside.delete(address);
    }
  }

  /** Counts a node whose signature holds. Throws GatewayError `rate-limited`. */
  admit(node: string): void {
    this.#perNode.take(node);
  }
}
