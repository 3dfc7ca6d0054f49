import { amountOf } from './decimal.ts';
import type { EpcisEvent } from './event-schema.ts';
import { canonicalId } from './fields.ts';
import type { Json, JsonObject } from './json.ts';
import { lotsOfItems } from './lots-of-items.ts';
import type { ClassQuantity, NormalisedCommon, NormalisedEvent, SensorMeasurement } from './normalised-event.ts';
import { parseTimeMs } from './time.ts';

/**
 * Brings a checked event into its one form. Pure and without floating point in quantities, so that every endorsing peer
 * computes the same.
 */
export function normalise(event: EpcisEvent): NormalisedEvent {
  const common = commonOf(event);
  switch (event.type) {
    case 'ObjectEvent':
      return {
        type: event.type,
        ...common,
        action: event.action,
        epcs: canonicalIds(event.epcList),
        quantities: quantitiesOf(event.quantityList),
      };
    case 'AggregationEvent':
      return {
        type: event.type,
        ...common,
        action: event.action,
        parent: event.parentID === undefined ? null : canonicalId(event.parentID),
        childEpcs: canonicalIds(event.childEPCs),
        childQuantities: quantitiesOf(event.childQuantityList),
      };
    case 'AssociationEvent':
      return {
        type: event.type,
        ...common,
        action: event.action,
        parent: canonicalId(event.parentID),
        childEpcs: canonicalIds(event.childEPCs),
        childQuantities: quantitiesOf(event.childQuantityList),
      };
    case 'TransactionEvent':
      return {
        type: event.type,
        ...common,
        action: event.action,
        parent: event.parentID === undefined ? null : canonicalId(event.parentID),
        epcs: canonicalIds(event.epcList),
        quantities: quantitiesOf(event.quantityList),
      };
    case 'TransformationEvent':
      return {
        type: event.type,
        ...common,
        inputEpcs: canonicalIds(event.inputEPCList),
        inputQuantities: quantitiesOf(event.inputQuantityList),
        outputEpcs: canonicalIds(event.outputEPCList),
        outputQuantities: quantitiesOf(event.outputQuantityList),
        transformationId: event.transformationID === undefined ? null : canonicalId(event.transformationID),
      };
  }
}

function commonOf(event: EpcisEvent): NormalisedCommon {
  const declaration = event.errorDeclaration;
  return {
    eventTimeMs: parseTimeMs(event.eventTime),
    eventTime: event.eventTime,
    eventTimeZoneOffset: event.eventTimeZoneOffset,
    recordTimeMs: timeOrNull(event.recordTime),
    eventId: event.eventID ?? null,
    bizStep: event.bizStep ?? null,
    disposition: event.disposition ?? null,
    persistentDisposition: {
      set: event.persistentDisposition?.set ?? [],
      unset: event.persistentDisposition?.unset ?? [],
    },
    readPoint: event.readPoint === undefined ? null : canonicalId(event.readPoint.id),
    bizLocation: event.bizLocation === undefined ? null : canonicalId(event.bizLocation.id),
    bizTransactions: (event.bizTransactionList ?? []).map(({ type, bizTransaction }) => ({
      type: type ?? null,
      id: canonicalId(bizTransaction),
    })),
    sources: (event.sourceList ?? []).map(({ type, source }) => ({ type, id: canonicalId(source) })),
    destinations: (event.destinationList ?? []).map(({ type, destination }) => ({
      type,
      id: canonicalId(destination),
    })),
    errorDeclaration:
      declaration === undefined
        ? null
        : {
            declarationTimeMs: parseTimeMs(declaration.declarationTime),
            reason: declaration.reason ?? null,
            correctiveEventIds: declaration.correctiveEventIDs ?? [],
          },
    certifications: [event.certificationInfo ?? []].flat(),
    sensorMeasurements: measurementsOf(event),
    ilmd: ilmdOf(event),
    ...lotsOfItems(event),
    extensions: extensionsOf(event),
  };
}

function canonicalIds(ids: readonly string[] | undefined): string[] {
  return (ids ?? []).map(canonicalId);
}

type QuantityElements = ReadonlyArray<{ epcClass: string; quantity?: number | undefined; uom?: string | undefined }>;

function quantitiesOf(elements: QuantityElements | undefined): ClassQuantity[] {
  return (elements ?? []).map(({ epcClass, quantity, uom }) => ({
    epcClass: canonicalId(epcClass),
    amount: quantity === undefined ? null : amountOf(quantity),
    uom: uom ?? null,
  }));
}

function measurementsOf(event: EpcisEvent): SensorMeasurement[] {
  return (event.sensorElementList ?? []).flatMap(({ sensorMetadata: metadata, sensorReport }) =>
    sensorReport.map((report): SensorMeasurement => {
      const device = report.deviceID ?? metadata?.deviceID;
      return {
        type: report.type ?? null,
        deviceId: device === undefined ? null : canonicalId(device),
        timeMs: timeOrNull(report.time ?? metadata?.time),
        startTimeMs: timeOrNull(metadata?.startTime),
        endTimeMs: timeOrNull(metadata?.endTime),
        value: report.value ?? null,
        minValue: report.minValue ?? null,
        maxValue: report.maxValue ?? null,
        meanValue: report.meanValue ?? null,
        uom: report.uom ?? null,
        exception: report.exception ?? null,
      };
    }),
  );
}

function ilmdOf(event: EpcisEvent): JsonObject {
  return (event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : undefined) ?? {};
}

/** Names with a colon: the schema let nothing else through besides the standard's fields and comments. */
function extensionsOf(event: EpcisEvent): JsonObject {
  const named = Object.entries(event).filter(([name]) => name.includes(':') && name !== 'rdfs:comment');
  // Extension values came from JSON; the loose schema types them as unknown.
  return Object.fromEntries(named.map(([name, value]) => [name, value as Json]));
}

function timeOrNull(text: string | undefined): number | null {
  return text === undefined ? null : parseTimeMs(text);
}
