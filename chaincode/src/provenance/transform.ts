import { type Line, type Movement, maxTransformationLines, type TransformationRecord } from '@hopline/protocol';
import type { NormalisedTransformationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { appear, loadItems } from './appear.ts';
import { goodsOf, mergeLines } from './goods.ts';
import { loadHoldings, takeHolding } from './holdings.ts';
import { isUnitLink } from './identifiers.ts';
import { massYield } from './mass-balance.ts';
import type { Scene, Step } from './scene.ts';
import { atPlace } from './units.ts';

type TransformationScene = Scene<NormalisedTransformationEvent>;

/**
 * Transformation: inputs held at the read point are used up, outputs come into being there. The masses have to balance
 * where they can be compared. Events that share a transformationID are one transformation, inputs first.
 */
export const transform: Step<NormalisedTransformationEvent> = {
  async load(draft, scene) {
    const { event, place } = scene;
    const inputs = [...event.inputEpcs, ...event.inputQuantities.map(({ epcClass }) => epcClass)];
    const outputs = [...event.outputEpcs, ...event.outputQuantities.map(({ epcClass }) => epcClass)];
    await draft.load('transformation', idOf(scene));
    await loadHoldings(draft, [...inputs, ...outputs], place);
    await loadItems(draft, outputs);
  },

  apply(draft, scene) {
    const { event, place, mspId, hash } = scene;
    const id = idOf(scene);
    const inside = { at: 'transformation', id } as const;
    const known = knownOf(draft, id, scene);
    assertGoods([...event.inputEpcs, ...event.outputEpcs]);
    const used = goodsOf(event.inputQuantities, event.inputEpcs).map((goods) => takeHolding(draft, goods, scene));
    const inputs = mergeLines(known?.inputs ?? [], used);
    const made = goodsOf(event.outputQuantities, event.outputEpcs);
    if (inputs.length === 0)
      throw new Refused('mass-balance', 'outputs need inputs, and those come first', { transformation: id });
    const outputs = mergeLines(
      known?.outputs ?? [],
      made.map((goods): Line => ({ ...goods, origin: 'network' })),
    );
    assertBounded(id, inputs.length + outputs.length);
    const yieldPpm = massYield(inputs, outputs);
    const movements = [
      ...used.map((line): Movement => ({ ...line, from: atPlace(place), to: inside })),
      ...made.map((goods) => appear(draft, goods, 'network', inside, scene)),
    ];
    const stated: TransformationRecord = {
      schema: 1,
      id,
      mspId,
      place,
      inputs,
      outputs,
      yieldPpm,
      event: hash,
      atMs: event.eventTimeMs,
    };
    draft.put('transformation', [id], stated);
    return { movements, flags: outputs.length > 0 && yieldPpm === null ? ['yield-unknown'] : [] };
  },
};

function idOf({ event, hash }: TransformationScene): string {
  return event.transformationId ?? hash;
}

function knownOf(draft: Draft, id: string, { mspId, place }: Scene): TransformationRecord | null {
  const known = draft.get('transformation', id);
  if (!known || (known.mspId === mspId && known.place === place)) return known;
  throw new Refused('not-permitted', 'the transformation goes on where it began', {
    transformation: id,
    startedBy: known.mspId,
    startedAt: known.place,
    mspId,
    place,
  });
}

function assertGoods(epcs: readonly string[]): void {
  const unit = epcs.find(isUnitLink);
  if (unit !== undefined) {
    throw new Refused('event-malformed', 'goods are transformed, not the unit that they lie in: unpack it first', {
      unit,
    });
  }
}

function assertBounded(id: string, lines: number): void {
  if (lines <= maxTransformationLines) return;
  throw new Refused('too-large', `a transformation has at most ${maxTransformationLines} inputs and outputs`, {
    transformation: id,
    lines,
  });
}
