import type { Clock } from '../clock.ts';
import type { Ledger } from './ledger.ts';

/** How far the ledger is, as far as is known here. */
export interface LedgerView {
  readonly height: number;
  /** Whether the last word from the peer was a good one. */
  readonly connected: boolean;
  /** The ledger has fewer blocks than were applied here: it is another one, or was set back. */
  readonly isAnother: boolean;
  /** Since when it is not connected, or the projection is behind; `null` while neither is so. */
  readonly behindSinceMs: number | null;
}

/**
 * Watches the ledger's height, so that an answer can say how old it is: a stream of blocks alone does not tell silence
 * from a broken peer.
 */
export class LedgerWatch {
  readonly #ledger: Pick<Ledger, 'height'>;
  readonly #clock: Clock;
  readonly #projectedHeight: () => number;
  #height = 0;
  #connected = false;
  #isAnother = false;
  #behindSinceMs: number | null;

  constructor(ledger: Pick<Ledger, 'height'>, clock: Clock, projectedHeight: () => number) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#projectedHeight = projectedHeight;
    this.#behindSinceMs = clock.now();
  }

  view(): LedgerView {
    this.#judge();
    return {
      height: Math.max(this.#height, this.#projectedHeight()),
      connected: this.#connected,
      isAnother: this.#isAnother,
      behindSinceMs: this.#behindSinceMs,
    };
  }

  /** A block has come: the ledger is at least one higher than its number. */
  sawBlock(number: number): void {
    this.#height = Math.max(this.#height, number + 1);
    this.#connected = true;
    this.#judge();
  }

  /** Asks the peer for its height again and again, until the signal is given; calls `onAnswer` after each time. */
  async run(intervalMs: number, signal: AbortSignal, onAnswer: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const projected = this.#projectedHeight();
        const height = await this.#ledger.height();
        this.#isAnother = height < projected;
        this.#height = Math.max(this.#height, height);
        this.#connected = true;
      } catch {
        // That it can't be had is the finding; whoever submits or follows gets the error itself.
        this.#connected = false;
      }
      this.#judge();
      onAnswer();
      await this.#clock.sleep(intervalMs, signal);
    }
  }

  #judge(): void {
    const current = this.#connected && !this.#isAnother && this.#projectedHeight() >= this.#height;
    this.#behindSinceMs = current ? null : (this.#behindSinceMs ?? this.#clock.now());
  }
}
