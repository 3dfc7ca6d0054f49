import type { ClassQuantity, NormalisedEvent } from '@hopline/protocol/epcis';

/** An event of the chain as EPCIS 2.0 JSON, as a sender would write it. */
export function toEpcis(event: NormalisedEvent): Record<string, unknown> {
  const common = {
    type: event.type,
    eventTime: event.eventTime,
    eventTimeZoneOffset: event.eventTimeZoneOffset,
    ...(event.bizStep === null ? {} : { bizStep: event.bizStep }),
    ...(event.disposition === null ? {} : { disposition: event.disposition }),
    ...(event.readPoint === null ? {} : { readPoint: { id: event.readPoint } }),
    ...(event.destinations.length === 0
      ? {}
      : { destinationList: event.destinations.map(({ type, id }) => ({ type, destination: id })) }),
  };
  switch (event.type) {
    case 'ObjectEvent':
      return {
        ...common,
        action: event.action,
        ...listed('epcList', event.epcs),
        ...listed('quantityList', quantities(event.quantities)),
      };
    case 'AggregationEvent':
      return {
        ...common,
        action: event.action,
        parentID: event.parent,
        ...listed('childEPCs', event.childEpcs),
        ...listed('childQuantityList', quantities(event.childQuantities)),
      };
    case 'TransformationEvent':
      return {
        ...common,
        ...listed('inputQuantityList', quantities(event.inputQuantities)),
        ...listed('outputQuantityList', quantities(event.outputQuantities)),
      };
    default:
      throw new RangeError(`the chain has no ${event.type}`);
  }
}

/** A document of events, as it is captured. */
export function documentOf(events: readonly NormalisedEvent[], createdMs: number) {
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: new Date(createdMs).toISOString(),
    epcisBody: { eventList: events.map(toEpcis) },
  };
}

function quantities(some: readonly ClassQuantity[]) {
  return some.map(({ epcClass, amount, uom }) => ({
    epcClass,
    quantity: Number(amount),
    ...(uom === null ? {} : { uom }),
  }));
}

function listed(name: string, entries: readonly unknown[]): Record<string, unknown> {
  return entries.length === 0 ? {} : { [name]: entries };
}
