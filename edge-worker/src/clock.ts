import type { Bytes } from '@hopline/protocol';

/** Time and randomness, passed in so that decisions can be replayed. */
export interface Clock {
  nowMs(): number;
  /** Uniform in [0, 1). */
  random(): number;
  randomBytes(count: number): Bytes;
}

/** The platform's own. On Workers the time stands still between two waits for I/O. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  random: () => Math.random(),
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};
