import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { guarded } from '../recall/guarded.ts';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { associate } from './associate.ts';
import { commission } from './commission.ts';
import { pack } from './pack.ts';
import { receive } from './receive.ts';
import { remove } from './remove.ts';
import type { Effect, Scene, Step } from './scene.ts';
import { sendBack } from './send-back.ts';
import { ship } from './ship.ts';
import { transform } from './transform.ts';
import { unpack } from './unpack.ts';

/** A step with its event already put in. */
export type BoundStep = (draft: Draft, scene: Omit<Scene, 'event'>) => Promise<Effect>;

/**
 * Which step an event is, by its type, action and business step:
 *
 * | event | action | business step | step |
 * |---|---|---|---|
 * | Object | ADD | any | goods enter by a declared origin |
 * | Object | DELETE | any | goods leave the ledger |
 * | Object | OBSERVE | retail_selling | goods leave the ledger |
 * | Object, Aggregation | OBSERVE | shipping, receiving | hand-over, one side each |
 * | Object, Aggregation | OBSERVE | arriving, with the disposition returned | refusal by the receiver |
 * | Aggregation | ADD, DELETE | any | packing, unpacking |
 * | Association | ADD, DELETE | any | a device begins or ends to travel with something |
 * | Transformation | | any | inputs become outputs |
 *
 * Steps that take goods out of reach are guarded: they refuse what a recall holds.
 *
 * @returns `null` for what only observes: transporting, storing, inspecting, sensor reports and all else
 */
export function stepOf(event: NormalisedEvent): BoundStep | null {
  switch (event.type) {
    case 'ObjectEvent':
      assertHandOverObserves(event);
      if (event.action === 'ADD') return bind(commission, event);
      if (event.action === 'DELETE' || event.bizStep === 'retail_selling')
        return bind(guarded(remove, 'remove'), event);
      if (event.bizStep === 'shipping') return bind(guarded(ship, 'ship'), event);
      if (isRefusal(event)) return bind(sendBack, event);
      return event.bizStep === 'receiving' ? bind(receive, event) : null;
    case 'AggregationEvent':
      assertHandOverObserves(event);
      if (event.action === 'ADD') return bind(guarded(pack, 'pack'), event);
      if (event.action === 'DELETE') return bind(unpack, event);
      if (event.bizStep === 'shipping') return bind(guarded(ship, 'ship'), event);
      if (isRefusal(event)) return bind(sendBack, event);
      return event.bizStep === 'receiving' ? bind(receive, event) : null;
    case 'TransformationEvent':
      return bind(guarded(transform, 'transform'), event);
    case 'AssociationEvent':
      return event.action === 'OBSERVE' ? null : bind(associate, event);
    case 'TransactionEvent':
      return null;
  }
}

function bind<E extends NormalisedEvent>({ load, apply }: Step<E>, event: E): BoundStep {
  return async (draft, rest) => {
    const scene: Scene<E> = { ...rest, event };
    await load(draft, scene);
    return apply(draft, scene);
  };
}

/** What arrives and goes back at once is refused: receiving would take it over, and shipping sends what is held. */
function isRefusal({ bizStep, disposition }: { bizStep: string | null; disposition: string | null }): boolean {
  return bizStep === 'arriving' && disposition === 'returned';
}

/** Goods that change hands were there before and are there after: an event that also adds or deletes them says two things. */
function assertHandOverObserves({ action, bizStep }: { action: string; bizStep: string | null }): void {
  if (action === 'OBSERVE' || (bizStep !== 'shipping' && bizStep !== 'receiving')) return;
  throw new Refused('event-malformed', `${bizStep} has the action OBSERVE`, { bizStep, action });
}
