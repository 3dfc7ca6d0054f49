import type { ClassQuantity, NormalisedEvent } from '@hopline/protocol/epcis';
import { common, link, type Parts } from './trade.ts';

/** Normalised events as the steps see them, for tests without documents. */

export type Some = readonly [item: string, amount: string, uom?: string | null];

const quantities = (some: readonly Some[]): ClassQuantity[] =>
  some.map(([epcClass, amount, uom = 'KGM']) => ({ epcClass, amount, uom }));

export interface Things {
  readonly lots?: readonly Some[];
  readonly epcs?: readonly string[];
}

export function objectEvent(
  place: string,
  action: 'ADD' | 'OBSERVE' | 'DELETE',
  bizStep: Parts['bizStep'],
  { lots = [], epcs = [] }: Things,
  over: Parts = {},
): NormalisedEvent {
  return { type: 'ObjectEvent', action, ...common(place, { bizStep, ...over }), epcs, quantities: quantities(lots) };
}

export const enter = (place: string, things: Things, over?: Parts) =>
  objectEvent(place, 'ADD', 'commissioning', things, over);

export const ship = (place: string, to: string, things: Things, over: Parts = {}) =>
  objectEvent(place, 'OBSERVE', 'shipping', things, { destinations: [{ type: 'location', id: link(to) }], ...over });

export const receive = (place: string, things: Things, over?: Parts) =>
  objectEvent(place, 'OBSERVE', 'receiving', things, over);

export const destroy = (place: string, things: Things) => objectEvent(place, 'DELETE', 'destroying', things);

export function aggregate(
  place: string,
  action: 'ADD' | 'DELETE' | 'OBSERVE',
  parent: string | null,
  { lots = [], epcs = [] }: Things,
  over: Parts = {},
): NormalisedEvent {
  return {
    type: 'AggregationEvent',
    action,
    ...common(place, over),
    parent,
    childEpcs: epcs,
    childQuantities: quantities(lots),
  };
}

export function transform(
  place: string,
  inputs: readonly Some[],
  outputs: readonly Some[],
  transformationId: string | null = null,
): NormalisedEvent {
  return {
    type: 'TransformationEvent',
    ...common(place, { bizStep: 'creating_class_instance' }),
    inputEpcs: [],
    inputQuantities: quantities(inputs),
    outputEpcs: [],
    outputQuantities: quantities(outputs),
    transformationId,
  };
}

export function associate(
  place: string,
  action: 'ADD' | 'DELETE' | 'OBSERVE',
  parent: string,
  child: string,
  over: Parts = {},
): NormalisedEvent {
  return { type: 'AssociationEvent', action, ...common(place, over), parent, childEpcs: [child], childQuantities: [] };
}
