import { z } from 'zod';
import {
  anyId,
  bizStep,
  bizTransactionType,
  classId,
  component,
  disposition,
  errorReason,
  instanceId,
  listOf,
  measurementType,
  quantity,
  sensorException,
  sourceDestinationType,
  timeStamp,
  unitCode,
  uri,
  zoneOffset,
} from './fields.ts';
import { defaultEpcisLimits, type EpcisLimits } from './limits.ts';

/**
 * An object of EPCIS 2.0 with its extensions: besides its own fields it may hold names with a namespace (`ext:field`, or a
 * whole URI), comments, and a JSON-LD context. Any other name is refused, because it is most likely a misspelt field.
 */
function extensible<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.looseObject(shape).check((context) => {
    for (const name of Object.keys(context.value)) {
      if (Object.hasOwn(shape, name) || name.includes(':') || /^(@context$|comment$|_comment)/.test(name)) continue;
      context.issues.push({ code: 'custom', message: `No such field: ${name}`, input: name, path: [name] });
    }
  });
}

/** Scalars that JSON-LD allows as one value or a list of them. */
function oneOrMany<Item extends z.ZodType>(item: Item, limits: EpcisLimits) {
  return z.union([item, listOf(item, limits)]);
}

/** The schemas of the five event types of EPCIS 2.0, section 7.4, under given limits. Terms come out bare. */
export function eventSchemas(limits: EpcisLimits) {
  const quantities = listOf(
    extensible({ epcClass: classId, quantity: quantity.optional(), uom: unitCode.optional() }).refine(
      (element) => element.quantity !== undefined || element.uom === undefined,
      { message: 'A unit of measure without a quantity', path: ['uom'] },
    ),
    limits,
  );
  const epcs = listOf(instanceId, limits);
  const place = extensible({ id: anyId });

  const sensorReport = extensible({
    type: measurementType.optional(),
    exception: sensorException.optional(),
    deviceID: anyId.optional(),
    deviceMetadata: uri.optional(),
    rawData: uri.optional(),
    dataProcessingMethod: uri.optional(),
    bizRules: uri.optional(),
    time: timeStamp.optional(),
    microorganism: uri.optional(),
    chemicalSubstance: uri.optional(),
    value: z.number().optional(),
    component: component.optional(),
    stringValue: z.string().optional(),
    booleanValue: z.boolean().optional(),
    hexBinaryValue: z
      .string()
      .regex(/^[0-9A-Fa-f]*$/)
      .optional(),
    uriValue: uri.optional(),
    minValue: z.number().optional(),
    maxValue: z.number().optional(),
    meanValue: z.number().optional(),
    sDev: z.number().optional(),
    percRank: z.number().optional(),
    percValue: z.number().optional(),
    uom: unitCode.optional(),
    coordinateReferenceSystem: uri.optional(),
  });
  const sensorElement = extensible({
    sensorMetadata: extensible({
      time: timeStamp.optional(),
      startTime: timeStamp.optional(),
      endTime: timeStamp.optional(),
      deviceID: anyId.optional(),
      deviceMetadata: uri.optional(),
      rawData: uri.optional(),
      dataProcessingMethod: uri.optional(),
      bizRules: uri.optional(),
    }).optional(),
    sensorReport: listOf(sensorReport, limits).min(1),
  });

  const common = {
    eventTime: timeStamp,
    recordTime: timeStamp.optional(),
    eventTimeZoneOffset: zoneOffset,
    eventID: uri.optional(),
    certificationInfo: oneOrMany(uri, limits).optional(),
    errorDeclaration: extensible({
      declarationTime: timeStamp,
      reason: errorReason.optional(),
      correctiveEventIDs: listOf(uri, limits).optional(),
    }).optional(),
    bizStep: bizStep.optional(),
    disposition: disposition.optional(),
    persistentDisposition: extensible({
      set: listOf(disposition, limits).optional(),
      unset: listOf(disposition, limits).optional(),
    }).optional(),
    readPoint: place.optional(),
    bizLocation: place.optional(),
    bizTransactionList: listOf(
      extensible({ type: bizTransactionType.optional(), bizTransaction: anyId }),
      limits,
    ).optional(),
    sourceList: listOf(extensible({ type: sourceDestinationType, source: anyId }), limits).optional(),
    destinationList: listOf(extensible({ type: sourceDestinationType, destination: anyId }), limits).optional(),
    sensorElementList: listOf(sensorElement, limits).optional(),
  };
  const action = z.enum(['ADD', 'OBSERVE', 'DELETE']);
  const ilmd = z.record(z.string(), z.json()).optional();
  const filled = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0;

  const objectEvent = extensible({
    type: z.literal('ObjectEvent'),
    ...common,
    action,
    epcList: epcs.optional(),
    quantityList: quantities.optional(),
    ilmd,
  })
    .refine((e) => filled(e.epcList) || filled(e.quantityList) || filled(e.sensorElementList), {
      message: 'An object event needs EPCs, quantities or sensor elements',
    })
    .refine((e) => e.ilmd === undefined || e.action === 'ADD', {
      message: 'Master data of instances and lots belongs to action ADD',
      path: ['ilmd'],
    });

  const children = { childEPCs: epcs.optional(), childQuantityList: quantities.optional() };
  const aggregationEvent = extensible({
    type: z.literal('AggregationEvent'),
    ...common,
    action,
    parentID: instanceId.optional(),
    ...children,
  })
    .refine((e) => e.action === 'OBSERVE' || e.parentID !== undefined, {
      message: 'ADD and DELETE need the parent',
      path: ['parentID'],
    })
    .refine((e) => e.action === 'DELETE' || filled(e.childEPCs) || filled(e.childQuantityList), {
      message: 'Only DELETE may leave the children out, and then means all of them',
    });

  const associationEvent = extensible({
    type: z.literal('AssociationEvent'),
    ...common,
    action,
    parentID: anyId,
    ...children,
  }).refine((e) => e.action === 'DELETE' || filled(e.childEPCs) || filled(e.childQuantityList), {
    message: 'Only DELETE may leave the children out, and then means all of them',
  });

  const transactionEvent = extensible({
    type: z.literal('TransactionEvent'),
    ...common,
    action,
    bizTransactionList: common.bizTransactionList.unwrap().min(1),
    parentID: instanceId.optional(),
    epcList: epcs.optional(),
    quantityList: quantities.optional(),
  });

  const transformationEvent = extensible({
    type: z.literal('TransformationEvent'),
    ...common,
    inputEPCList: epcs.optional(),
    inputQuantityList: quantities.optional(),
    outputEPCList: epcs.optional(),
    outputQuantityList: quantities.optional(),
    transformationID: anyId.optional(),
    ilmd,
  }).refine(
    (e) => {
      const inputs = filled(e.inputEPCList) || filled(e.inputQuantityList);
      const outputs = filled(e.outputEPCList) || filled(e.outputQuantityList);
      return e.transformationID === undefined ? inputs && outputs : inputs || outputs;
    },
    { message: 'A transformation states inputs and outputs, or a transformation id and one of them' },
  );

  return { objectEvent, aggregationEvent, associationEvent, transactionEvent, transformationEvent };
}

const schemas = eventSchemas(defaultEpcisLimits);

export type ObjectEvent = z.output<typeof schemas.objectEvent>;
export type AggregationEvent = z.output<typeof schemas.aggregationEvent>;
export type AssociationEvent = z.output<typeof schemas.associationEvent>;
export type TransactionEvent = z.output<typeof schemas.transactionEvent>;
export type TransformationEvent = z.output<typeof schemas.transformationEvent>;

/** An event of EPCIS 2.0, checked: terms are bare, identifiers and times as they were written. */
export type EpcisEvent = ObjectEvent | AggregationEvent | AssociationEvent | TransactionEvent | TransformationEvent;

/** A schema for any event, told apart by `type`. */
export function eventSchema(limits: EpcisLimits) {
  const { objectEvent, aggregationEvent, associationEvent, transactionEvent, transformationEvent } =
    eventSchemas(limits);
  return z.discriminatedUnion('type', [
    objectEvent,
    aggregationEvent,
    associationEvent,
    transactionEvent,
    transformationEvent,
  ]);
}
