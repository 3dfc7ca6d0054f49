import type { EventFlag, Movement } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';

/** An event at the place of its read point, in the name of the organisation that controls it. */
export interface Scene<E extends NormalisedEvent = NormalisedEvent> {
  readonly event: E;
  /** The CBV event hash. */
  readonly hash: string;
  /** GLN of a registered site of `mspId`. */
  readonly place: string;
  readonly mspId: string;
}

/** What an event did to holdings and units, and what about it somebody should look at. */
export interface Effect {
  readonly movements: readonly Movement[];
  readonly flags: readonly EventFlag[];
}

/**
 * A business step that changes something. `load` makes known what the decision reads; `apply` decides, without waiting for
 * anything, and leaves the changes in the draft, or throws the refusal.
 */
export interface Step<E extends NormalisedEvent> {
  readonly load: (draft: Draft, scene: Scene<E>) => Promise<void>;
  readonly apply: (draft: Draft, scene: Scene<E>) => Effect;
}
