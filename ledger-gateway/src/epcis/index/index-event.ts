import type { EventRecord } from '@hopline/protocol';
import { noAttribute } from '@hopline/protocol';
import {
  amountOf,
  canonicalId,
  type EpcisEvent,
  expandName,
  inBaseUnit,
  type ParsedEvent,
  parseTimeMs,
  prefixesOf,
} from '@hopline/protocol/epcis';
import type { RowOf } from '../../projection/rows.ts';
import { epcisLimits } from '../limits.ts';
import { extensionValues } from './extension-values.ts';
import { sensorValues } from './sensor-values.ts';
import { fieldKey, type ValueRow, valueKey } from './value-row.ts';

/** An event as queries find it, before it has its number in the order of commits. */
export interface IndexedEvent {
  readonly event: Omit<RowOf<'epcis_events'>, 'seq'>;
  readonly values: readonly ValueRow[];
}

/** Fields of `epcis_values` that hold identifiers and terms; those of sensors and extensions have modules of their own. */
export const fields = {
  eventId: 'id',
  epc: 'epc',
  parent: 'parent',
  inputEpc: 'inputEPC',
  outputEpc: 'outputEPC',
  epcClass: 'class',
  inputClass: 'inputClass',
  outputClass: 'outputClass',
  transformation: 'transformation',
  dispositionSet: 'set',
  dispositionUnset: 'unset',
  corrective: 'corrective',
  quantity: 'quantity',
  quantityIn: (dimension: string) => `quantity ${dimension}`,
  bizTransaction: (type: string) => `transaction ${type}`,
  source: (type: string) => `source ${type}`,
  destination: (type: string) => `destination ${type}`,
} as const;

/** What an event of a capture gives queries to find it by. Pure: a rebuild gives the same rows. */
export function indexEvent({ source, event }: ParsedEvent, record: EventRecord): IndexedEvent {
  const declaration = event.errorDeclaration;
  const prefixes = prefixesOf(source['@context']);
  const named: Name = (term) => expandName(term, prefixes);
  const optional = (term: string | undefined) => (term === undefined ? null : valueKey(named(term)));
  return {
    event: {
      event: record.event,
      declaration: record.declaration ?? noAttribute,
      source: JSON.stringify(source),
      type: event.type,
      action: event.type === 'TransformationEvent' ? null : event.action,
      biz_step: optional(event.bizStep),
      disposition: optional(event.disposition),
      read_point: event.readPoint ? valueKey(canonicalId(event.readPoint.id)) : null,
      biz_location: event.bizLocation ? valueKey(canonicalId(event.bizLocation.id)) : null,
      time_ms: record.eventTimeMs,
      recorded_ms: record.recordedAtMs,
      declared_ms: declaration ? parseTimeMs(declaration.declarationTime) : null,
      error_reason: optional(declaration?.reason),
    },
    values: distinct([
      ...identifierValues(event, record.event, named),
      // A partner decides what is in an event: without a bound, half a megabyte of it could become 200,000 rows.
      ...[...sensorValues(event, named), ...extensionValues(source)].slice(0, epcisLimits.maxFurtherValuesPerEvent),
    ]),
  };
}

/** The full name of a term that may be written with a prefix; a bare one stays bare. */
type Name = (term: string) => string;

function identifierValues(event: EpcisEvent, hash: string, named: Name): ValueRow[] {
  const ids = [hash, ...(event.eventID === undefined ? [] : [event.eventID])];
  const { persistentDisposition: persistent } = event;
  return [
    ...ids.map((id) => text(fields.eventId, id)),
    ...itemValues(event),
    ...(persistent?.set ?? []).map((term) => text(fields.dispositionSet, named(term))),
    ...(persistent?.unset ?? []).map((term) => text(fields.dispositionUnset, named(term))),
    ...(event.errorDeclaration?.correctiveEventIDs ?? []).map((id) => text(fields.corrective, id)),
    ...(event.bizTransactionList ?? []).map(({ type, bizTransaction }) =>
      text(fields.bizTransaction(named(type ?? '')), canonicalId(bizTransaction)),
    ),
    ...(event.sourceList ?? []).map(({ type, source }) => text(fields.source(named(type)), canonicalId(source))),
    ...(event.destinationList ?? []).map(({ type, destination }) =>
      text(fields.destination(named(type)), canonicalId(destination)),
    ),
  ];
}

function itemValues(event: EpcisEvent): ValueRow[] {
  const epcs = (field: string, list: readonly string[] | undefined) =>
    (list ?? []).map((epc) => text(field, canonicalId(epc)));
  switch (event.type) {
    case 'TransformationEvent':
      return [
        ...epcs(fields.inputEpc, event.inputEPCList),
        ...epcs(fields.outputEpc, event.outputEPCList),
        ...classes(fields.inputClass, event.inputQuantityList),
        ...classes(fields.outputClass, event.outputQuantityList),
        ...epcs(fields.transformation, event.transformationID === undefined ? [] : [event.transformationID]),
      ];
    case 'AggregationEvent':
    case 'AssociationEvent':
      return [
        ...epcs(fields.parent, event.parentID === undefined ? [] : [event.parentID]),
        ...epcs(fields.epc, event.childEPCs),
        ...classes(fields.epcClass, event.childQuantityList),
      ];
    case 'TransactionEvent':
      return [
        ...epcs(fields.parent, event.parentID === undefined ? [] : [event.parentID]),
        ...epcs(fields.epc, event.epcList),
        ...classes(fields.epcClass, event.quantityList),
      ];
    case 'ObjectEvent':
      return [...epcs(fields.epc, event.epcList), ...classes(fields.epcClass, event.quantityList)];
  }
}

type QuantityElements = ReadonlyArray<{ epcClass: string; quantity?: number | undefined; uom?: string | undefined }>;

function classes(field: string, elements: QuantityElements | undefined): ValueRow[] {
  return (elements ?? []).flatMap(({ epcClass, quantity, uom }) => {
    const named = text(field, canonicalId(epcClass));
    if (quantity === undefined) return [named];
    const { dimension, amount } = inBaseUnit({ amount: amountOf(quantity), uom: uom ?? null });
    return [
      named,
      { field: fields.quantity, value: null, number: quantity, time_ms: null },
      { field: fields.quantityIn(dimension), value: null, number: Number(amount), time_ms: null },
    ];
  });
}

function text(field: string, value: string): ValueRow {
  return { field: fieldKey(field), value: valueKey(value), number: null, time_ms: null };
}

/** An event that says the same twice is found once. */
function distinct(rows: readonly ValueRow[]): ValueRow[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}
