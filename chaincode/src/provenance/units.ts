import type { MovementEnd, UnitRecord } from '@hopline/protocol';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import type { Scene } from './scene.ts';

/** How deep units may stand in each other. */
export const maxUnitDepth = 32;

/** Makes a unit and all that it stands in known. */
export async function loadUpwards(draft: Draft, unit: string): Promise<void> {
  let record = await draft.load('unit', unit);
  for (let depth = 0; record?.location.at === 'unit'; depth++) {
    if (depth === maxUnitDepth)
      throw new Refused('too-large', `units stand in each other at most ${maxUnitDepth} deep`, { unit });
    record = await draft.load('unit', record.location.unit);
  }
}

/** Makes a unit and all that stands in it known. */
export async function loadDownwards(draft: Draft, unit: string): Promise<void> {
  const record = await draft.load('unit', unit);
  for (const child of record?.units ?? []) await loadDownwards(draft, child);
}

/** How many units stand in each other in a unit that was loaded downwards, itself counted. */
export function heightOf(draft: Draft, unit: string): number {
  return 1 + Math.max(0, ...(draft.get('unit', unit)?.units ?? []).map((child) => heightOf(draft, child)));
}

/** A unit that has to be there. Refuses `unit-not-found`. */
export function unitOf(draft: Draft, unit: string): UnitRecord {
  const record = draft.get('unit', unit);
  if (!record) throw new Refused('unit-not-found', 'no such unit is on the ledger', { unit });
  return record;
}

/** The unit and what it stands in, from the inside out. */
export function enclosing(draft: Draft, record: UnitRecord): UnitRecord[] {
  const chain = [record];
  for (let outer = record; outer.location.at === 'unit'; chain.push(outer)) outer = unitOf(draft, outer.location.unit);
  return chain;
}

/** The outermost unit around a unit (itself, where it stands in none): where it is, and who has it. */
export function outermost(draft: Draft, record: UnitRecord): UnitRecord {
  return enclosing(draft, record).at(-1) ?? record;
}

/** Whether a unit stands at the scene's place by itself, in the custody of the scene's organisation. */
export function isHere({ location, custodian }: UnitRecord, { place, mspId }: Scene): boolean {
  return location.at === 'place' && location.place === place && custodian === mspId;
}

/**
 * Refuses a unit that does not stand at the scene's place by itself (`not-held`, with where it is) or is in another's
 * custody (`not-in-custody`).
 */
export function assertStandsHere(record: UnitRecord, { place, mspId }: Scene): void {
  const { unit, location, custodian } = record;
  if (location.at !== 'place' || location.place !== place) {
    throw new Refused('not-held', 'the unit does not stand there by itself', { unit, place, location });
  }
  if (custodian !== mspId) {
    throw new Refused('not-in-custody', "the unit is in another organisation's custody", { unit, custodian, mspId });
  }
}

/** A new, empty unit at the scene's place. */
export function newUnit(unit: string, { place, mspId, hash, event }: Scene): UnitRecord {
  return {
    schema: 1,
    unit,
    location: { at: 'place', place },
    custodian: mspId,
    items: [],
    units: [],
    disposition: event.disposition,
    event: hash,
    sinceMs: event.eventTimeMs,
  };
}

/** A unit somewhere else, by the scene's event. */
export function relocated(
  record: UnitRecord,
  location: UnitRecord['location'],
  custodian: string | null,
  { hash, event }: Scene,
): UnitRecord {
  return {
    ...record,
    location,
    custodian,
    disposition: event.disposition ?? record.disposition,
    event: hash,
    sinceMs: event.eventTimeMs,
  };
}

export function atPlace(place: string): MovementEnd & { at: 'place' } {
  return { at: 'place', place };
}
