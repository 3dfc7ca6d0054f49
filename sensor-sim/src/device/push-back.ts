import { type BackoffOptions, backoffMs } from './backoff.ts';
import type { PublishOutcome } from './link.ts';

/** Unspecified error and quota exceeded are push-back, not a verdict (MQTT 5 section 3.4.2.1): the reading is kept. */
const pushBackCodes = new Set([0x80, 0x97]);
/** Also what an edge node says while it has no valid copy of the registry to judge by. */
const pushBackReason = 'unavailable';

/** Whether the broker said to come back later, which is not a verdict about the message. */
export function isPushBack(outcome: PublishOutcome): boolean {
  return outcome.kind === 'refused' && (pushBackCodes.has(outcome.reasonCode) || outcome.reason === pushBackReason);
}

/** A pause after push-back, longer each time until something is acknowledged. */
export class PushBack {
  readonly #options: BackoffOptions;
  readonly #uniform: () => number;
  #attempt = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: BackoffOptions, uniform: () => number) {
    this.#options = options;
    this.#uniform = uniform;
  }

  get isOn(): boolean {
    return this.#timer !== null;
  }

  /** Begins a pause, unless one lasts already; `then` runs at its end. */
  hold(then: () => void): void {
    if (this.#timer) return;
    const waitMs = backoffMs(this.#options, this.#attempt++, this.#uniform());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      then();
    }, waitMs);
  }

  /** Something was acknowledged: the next pause is a short one. */
  relax(): void {
    this.#attempt = 0;
  }

  /** Ends the pause without what was to follow. */
  cancel(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#attempt = 0;
  }
}
