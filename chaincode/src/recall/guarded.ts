import type { HoldRecord } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { glnOf, isSerial } from '../provenance/identifiers.ts';
import { loadLots, lotStated, withItsLot } from '../provenance/lot-of-item.ts';
import { namedReceiver } from '../provenance/parties.ts';
import type { Scene, Step } from '../provenance/scene.ts';
import { itemsOf } from '../provenance/subjects.ts';
import { loadDownwards } from '../provenance/units.ts';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';

/** What a step does with goods that a hold may forbid. */
export type Use = 'ship' | 'pack' | 'transform' | 'remove';

/**
 * A step that refuses goods on hold (`on-hold`), also those that lie at any depth in a unit that it moves, and single items
 * of a lot that is on hold. The holds of an item are read as a range, so that a hold which gets into the same block before the step makes the step invalid.
 *
 * Goods can still come back: under the disposition `recalled` they are shipped to a place that the recall names for
 * returns, and packed for it. They can be destroyed or decommissioned, and be received and unpacked anywhere.
 */
export function guarded<E extends NormalisedEvent>(step: Step<E>, use: Use): Step<E> {
  return {
    async load(draft, scene) {
      await step.load(draft, scene);
      const ids = touched(scene.event, use);
      for (const id of ids) if (!isSerial(id)) await loadDownwards(draft, id);
      const contents = contentsOf(draft, ids);
      await loadLots(
        draft,
        contents.map(({ item }) => item),
      );
      for (const { item } of contents) {
        for (const held of heldWith(draft, item, scene)) await draft.loadRange('hold', held);
      }
    },

    apply(draft, scene) {
      for (const { item, unit } of contentsOf(draft, touched(scene.event, use))) {
        const holds = [...heldWith(draft, item, scene)].flatMap((held) => draft.list('hold', held));
        const hold = holds.find((each) => each.enforced && !isAllowed(each, use, scene.event));
        if (hold) throw onHold(hold, unit, scene.event);
      }
      return step.apply(draft, scene);
    },
  };
}

/** Whose holds hold an item: its own, and those of the lot that it is of, by its record or by what the event says now. */
function heldWith(draft: Draft, item: string, { event }: Scene): ReadonlySet<string> {
  return new Set([...withItsLot(draft, item), ...Object.values(lotStated({ event }, item))]);
}

/** What of an event a hold concerns: of a transformation the inputs, of packing what is put in. */
function touched(event: NormalisedEvent, use: Use): string[] {
  switch (event.type) {
    case 'TransformationEvent':
      return [...event.inputEpcs, ...event.inputQuantities.map(({ epcClass }) => epcClass)];
    case 'AggregationEvent':
      return use === 'pack'
        ? [...event.childEpcs, ...event.childQuantities.map(({ epcClass }) => epcClass)]
        : itemsOf(event);
    case 'ObjectEvent':
      return itemsOf(event);
    default:
      return [];
  }
}

interface Content {
  readonly item: string;
  /** The unit of the event that it lies in, at whatever depth; `null` for what the event itself names. */
  readonly unit: string | null;
}

function contentsOf(draft: Draft, ids: readonly string[]): Content[] {
  return ids.flatMap((id): Content[] => {
    const record = isSerial(id) ? null : draft.get('unit', id);
    return record ? inside(draft, id).map((item) => ({ item, unit: id })) : [{ item: id, unit: null }];
  });
}

function inside(draft: Draft, unit: string): string[] {
  const record = draft.get('unit', unit);
  if (!record) return [];
  return [...record.items.map(({ item }) => item), ...record.units.flatMap((child) => inside(draft, child))];
}

function isAllowed({ returnTo }: HoldRecord, use: Use, event: NormalisedEvent): boolean {
  switch (use) {
    case 'ship':
      return event.disposition === 'recalled' && returnTo.includes(namedReceiver(event));
    case 'pack':
      return event.disposition === 'recalled';
    case 'remove':
      return event.bizStep === 'destroying' || event.bizStep === 'decommissioning';
    case 'transform':
      return false;
  }
}

function onHold(
  { recallId, mspId, item, kind, returnTo }: HoldRecord,
  unit: string | null,
  { bizStep, readPoint }: NormalisedEvent,
): Refused {
  return new Refused('on-hold', `the goods are on hold under the recall ${recallId}`, {
    recallId,
    openedBy: mspId,
    kind,
    item,
    unit,
    bizStep,
    place: glnOf(readPoint),
    returnTo,
  });
}
