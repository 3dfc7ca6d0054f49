import { createHash } from 'node:crypto';
import type { EventFlag, EventRecord, Line, Movement, MovementEnd } from '@hopline/protocol';
import type { NormalisedCommon, NormalisedEvent } from '@hopline/protocol/epcis';
import { placeLink } from '../../../infra/story/keys.ts';
import type { ChainSite } from './chain-sites.ts';

/** An event of the chain: what it says, and what the chaincode makes of it. */
export interface ChainEvent {
  readonly event: NormalisedEvent;
  readonly record: EventRecord;
}

export interface Lot {
  readonly item: string;
  readonly origin: 'declared' | 'network';
}
/** Some of a lot, in whole kilograms. */
export interface Some extends Lot {
  readonly kilograms: number;
}

/** An event's name in the form of the CBV hash; the chain's own count stands for what it says. */
export function chainHash(seed: number, count: number): string {
  return `ni:///sha-256;${createHash('sha256').update(`${seed} ${count}`).digest('hex')}?ver=CBV2.0`;
}

/** What all events of the chain share. */
export function said(site: ChainSite, atMs: number, over: Partial<NormalisedCommon>): NormalisedCommon {
  return {
    eventTimeMs: atMs,
    eventTime: new Date(atMs).toISOString(),
    eventTimeZoneOffset: '+00:00',
    recordTimeMs: null,
    eventId: null,
    bizStep: null,
    disposition: null,
    persistentDisposition: { set: [], unset: [] },
    readPoint: placeLink(site.gln),
    bizLocation: null,
    bizTransactions: [],
    sources: [],
    destinations: [],
    errorDeclaration: null,
    certifications: [],
    sensorMeasurements: [],
    ilmd: {},
    extensions: {},
    ...over,
  };
}

export function quantitiesOf(some: readonly Some[]) {
  return some.map(({ item, kilograms }) => ({ epcClass: item, amount: String(kilograms), uom: 'KGM' }));
}

export function lineOf({ item, kilograms, origin }: Some): Line {
  return { item, amount: String(kilograms), uom: 'KGM', origin };
}

export function goods(some: Some, from: MovementEnd, to: MovementEnd): Movement {
  return { ...lineOf(some), from, to };
}

export function at(site: ChainSite): MovementEnd {
  return { at: 'place', place: site.gln };
}

/** The record that the chaincode writes of an applied event. */
export function recordOf(
  hash: string,
  event: NormalisedEvent,
  site: ChainSite,
  effect: { readonly movements: readonly Movement[]; readonly flags?: readonly EventFlag[] },
  { position, recordedAtMs }: { readonly position: number; readonly recordedAtMs: number },
): EventRecord {
  return {
    schema: 1,
    event: hash,
    declaration: null,
    eventId: null,
    type: event.type,
    bizStep: event.bizStep,
    eventTimeMs: event.eventTimeMs,
    place: site.gln,
    mspId: site.mspId,
    signer: 'app',
    kid: 'k'.repeat(43),
    position,
    outcome: 'applied',
    flags: [...(effect.flags ?? [])],
    movements: [...effect.movements],
    recordedAtMs,
  };
}
