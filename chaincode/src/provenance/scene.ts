import type { EventFlag, Movement, PolicyRules, Remark } from '@hopline/protocol';
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
  /** The policy of `mspId`: whether what breaks a rule is refused or marked. */
  readonly policy: PolicyRules;
}

/** What an event did to holdings and units, and what about it somebody should look at. */
export interface Effect {
  readonly movements: readonly Movement[];
  readonly flags: readonly EventFlag[];
  /** The reasons of flags that have numbers; their flags need not be in `flags` too. */
  readonly remarks?: readonly Remark[];
}

/**
 * A business step that changes something. `load` makes known what the decision reads; `apply` decides, without waiting for
 * anything, and leaves the changes in the draft, or throws the refusal.
 */
export interface Step<E extends NormalisedEvent> {
  readonly load: (draft: Draft, scene: Scene<E>) => Promise<void>;
  readonly apply: (draft: Draft, scene: Scene<E>) => Effect;
}

/** Several effects as one, in their order, each flag once. */
export function together(effects: readonly Partial<Effect>[]): Required<Effect> {
  const remarks = effects.flatMap((effect) => effect.remarks ?? []);
  const flags = effects.flatMap((effect) => effect.flags ?? []);
  return {
    movements: effects.flatMap((effect) => effect.movements ?? []),
    flags: [...new Set([...flags, ...remarks.map(({ flag }) => flag)])],
    remarks,
  };
}
