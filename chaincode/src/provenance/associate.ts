import type { EventFlag } from '@hopline/protocol';
import type { NormalisedAssociationEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { glnOf, isSerial } from './identifiers.ts';
import type { Scene, Step } from './scene.ts';
import { loadUpwards, outermost } from './units.ts';

/**
 * Association (AssociationEvent ADD and DELETE): a device travels with a unit, or is fixed to a place, for a stretch of
 * time. It moves no goods, but it says whose conditions count for them, so both ends have to be the signer's to touch.
 */
export const associate: Step<NormalisedAssociationEvent> = {
  async load(draft, { event }) {
    const parentPlace = glnOf(event.parent);
    if (parentPlace !== null) await draft.load('site', parentPlace);
    for (const id of [event.parent, ...childrenOf(event)]) if (!isSerial(id)) await loadUpwards(draft, id);
    for (const child of childrenOf(event)) await draft.load('association', event.parent, child);
  },

  apply(draft, scene) {
    const { event } = scene;
    assertOwnPlace(draft, scene);
    for (const id of [event.parent, ...childrenOf(event)]) assertInCustody(draft, id, scene);
    const change = event.action === 'ADD' ? begin : end;
    return { movements: [], flags: [...new Set(childrenOf(event).flatMap((child) => change(draft, child, scene)))] };
  },
};

type AssociationScene = Scene<NormalisedAssociationEvent>;

function childrenOf({ childEpcs, childQuantities }: NormalisedAssociationEvent): string[] {
  return [...childEpcs, ...childQuantities.map(({ epcClass }) => epcClass)];
}

function begin(draft: Draft, child: string, { event, mspId, hash }: AssociationScene): EventFlag[] {
  const { parent, eventTimeMs } = event;
  if (draft.get('association', parent, child)?.toMs === null) return ['already-associated'];
  draft.put('association', [parent, child], {
    schema: 1,
    parent,
    child,
    mspId,
    fromMs: eventTimeMs,
    toMs: null,
    fromEvent: hash,
    toEvent: null,
  });
  return [];
}

function end(draft: Draft, child: string, { event, hash }: AssociationScene): EventFlag[] {
  const { parent, eventTimeMs } = event;
  const known = draft.get('association', parent, child);
  if (!known || known.toMs !== null) return ['not-associated'];
  if (eventTimeMs < known.fromMs) {
    throw new Refused('event-malformed', 'an association ends after it began', {
      parent,
      child,
      fromMs: known.fromMs,
      eventTimeMs,
    });
  }
  draft.put('association', [parent, child], { ...known, toMs: eventTimeMs, toEvent: hash });
  return [];
}

function assertOwnPlace(draft: Draft, { event, mspId }: AssociationScene): void {
  const gln = glnOf(event.parent);
  const owner = gln === null ? mspId : (draft.get('site', gln)?.mspId ?? null);
  if (owner === mspId) return;
  throw new Refused('event-party', "the place is not one of the signer's organisation", {
    parent: event.parent,
    owner,
    mspId,
  });
}

function assertInCustody(draft: Draft, id: string, { mspId }: Scene): void {
  const record = isSerial(id) ? null : draft.get('unit', id);
  if (!record) return;
  const { custodian, location } = outermost(draft, record);
  if (custodian === mspId) return;
  throw new Refused('not-in-custody', "the unit is in another organisation's custody", {
    unit: id,
    custodian,
    location,
    mspId,
  });
}
