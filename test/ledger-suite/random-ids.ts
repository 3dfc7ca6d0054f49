import { type SigningKey, signingKeyFromSeed } from '@hopline/protocol';
import { checkDigit } from '@hopline/protocol/gs1';

/**
 * Identifiers and keys that no earlier run used, all from one seed: a network that outlives a run (a real one does) is
 * met again without clashes, and a run can be replayed on an empty ledger with HOPLINE_SEED.
 */
export class RandomIds {
  readonly seed: number;
  #state: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  gln(): string {
    return withCheckDigit(`9506${this.#digits(8)}`);
  }

  gtin(): string {
    return withCheckDigit(`09506${this.#digits(8)}`);
  }

  sscc(): string {
    return `https://id.gs1.org/00/${withCheckDigit(`09506${this.#digits(12)}`)}`;
  }

  giai(): string {
    return `https://id.gs1.org/8004/9506${this.#digits(10)}`;
  }

  /** A text that is its own: for signers, devices and one-time codes. */
  name(prefix: string): string {
    return `${prefix}${this.#digits(12)}`;
  }

  deviceUrn(): string {
    return `urn:dev:mac:${this.#digits(16)}`;
  }

  async key(): Promise<SigningKey> {
    const seed = Uint8Array.from({ length: 32 }, () => this.#next(256));
    return (await signingKeyFromSeed(seed)).key;
  }

  #digits(count: number): string {
    return Array.from({ length: count }, () => this.#next(10)).join('');
  }

  /** An integer below `bound`: mulberry32 (Tommy Ettinger, public domain), good enough to tell runs apart. */
  #next(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}
