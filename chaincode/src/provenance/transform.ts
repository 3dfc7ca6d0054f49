import {
  type Line,
  type Movement,
  maxTransformationLines,
  type Remark,
  type TransformationRecord,
} from '@hopline/protocol';
import type { NormalisedTransformationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { appear, loadItems } from './appear.ts';
import { goodsOf, mergeLines } from './goods.ts';
import { loadForTaking, loadHoldings, takeHolding } from './holdings.ts';
import { isUnitLink } from './identifiers.ts';
import { type MassBalance, massBalance, massTolerancePpm } from './mass-balance.ts';
import { remark } from './remark.ts';
import { type Scene, type Step, together } from './scene.ts';
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
    await loadForTaking(draft, inputs, scene);
    await loadHoldings(draft, outputs, place);
    await loadItems(draft, outputs);
  },

  apply(draft, scene) {
    const { event, place, mspId, hash } = scene;
    const id = idOf(scene);
    const inside = { at: 'transformation', id } as const;
    const known = knownOf(draft, id, scene);
    assertGoods([...event.inputEpcs, ...event.outputEpcs]);
    const taken = goodsOf(event.inputQuantities, event.inputEpcs).map((goods) => takeHolding(draft, goods, scene));
    const used = taken.map(({ line }) => line);
    const inputs = mergeLines(known?.inputs ?? [], used);
    const made = goodsOf(event.outputQuantities, event.outputEpcs);
    const outputs = mergeLines(
      known?.outputs ?? [],
      made.map((goods): Line => ({ ...goods, origin: 'network' })),
    );
    assertBounded(id, inputs.length + outputs.length);
    const balance = massBalance(inputs, outputs);
    const { yieldPpm } = balance;
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
    return together([
      { remarks: judgeBalance(balance, inputs.length, id, scene) },
      ...taken,
      { movements: used.map((line): Movement => ({ ...line, from: atPlace(place), to: inside })) },
      ...made.map((goods) => appear(draft, goods, 'network', inside, scene)),
      { flags: outputs.length > 0 && yieldPpm === null ? ['yield-unknown'] : [] },
    ]);
  },
};

/** Refuses `mass-balance` where more comes out than went in, or anything out of nothing, or marks it by the policy. */
function judgeBalance(
  { inputKg, outputKg, exceeds }: MassBalance,
  inputs: number,
  id: string,
  { policy }: Scene,
): Remark[] {
  if (!exceeds && inputs > 0) return [];
  if (policy.massBalance === 'flag') {
    const booked = { amount: inputKg, uom: 'KGM' };
    return [remark('mass-balance', id, { booked, stated: { amount: outputKg, uom: 'KGM' } })];
  }
  if (inputs === 0)
    throw new Refused('mass-balance', 'outputs need inputs, and those come first', { transformation: id });
  throw new Refused('mass-balance', 'more comes out than went in', {
    inputKg,
    outputKg,
    tolerancePpm: massTolerancePpm,
  });
}

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
