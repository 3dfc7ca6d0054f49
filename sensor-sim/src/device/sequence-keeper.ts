import { type DeviceSequence, maxEpoch } from '@hopline/protocol';

/** How many counters are put aside with one write to the disk. After a crash at most so many are skipped: a visible gap. */
export const countersPerReservation = 256;

/**
 * Gives out a device's sequence so that none is used twice, a crash included: a number is used only after the disk holds
 * a higher one. `save` returns when the disk holds the given epoch and counter.
 */
export class SequenceKeeper {
  #epoch: number;
  #next: number;
  #reserved: number;
  readonly #save: (epoch: number, nextCounter: number) => Promise<void>;

  constructor(epoch: number, nextCounter: number, save: (epoch: number, nextCounter: number) => Promise<void>) {
    this.#epoch = epoch;
    this.#next = nextCounter;
    this.#reserved = nextCounter;
    this.#save = save;
  }

  /** The place that the next reading will have, if nothing else is recorded before it. */
  get upcoming(): DeviceSequence {
    return { epoch: this.#epoch, counter: this.#next };
  }

  /** The counter below which everything may have been used; what a running device's memory holds. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Not to be called again before it has returned: the device records one reading after the other. */
  async take(): Promise<DeviceSequence> {
    if (this.#next >= this.#reserved) {
      const reserved = this.#next + countersPerReservation;
      await this.#save(this.#epoch, reserved);
      this.#reserved = reserved;
    }
    return { epoch: this.#epoch, counter: this.#next++ };
  }

  /** A new, higher epoch, whose counter begins at 0: what a device does that has lost its counter. */
  async beginEpoch(nowMs: number): Promise<void> {
    const epoch = Math.min(maxEpoch, Math.max(this.#epoch + 1, Math.floor(nowMs / 1000)));
    await this.#save(epoch, countersPerReservation);
    this.#epoch = epoch;
    this.#next = 0;
    this.#reserved = countersPerReservation;
  }
}
