import type { TermOf } from './fields.ts';
import type { JsonObject } from './json.ts';
import type { BizStep, BizTransactionType, Disposition, ErrorReason, SourceDestinationType } from './vocabulary.ts';

/** What happened to goods: created or first seen, seen, or gone (EPCIS 2.0, section 7.3.2). */
export type Action = 'ADD' | 'OBSERVE' | 'DELETE';

/** Goods by class, with how much of them. */
export interface ClassQuantity {
  /** Canonical link of a lot or product, or a private URI. */
  readonly epcClass: string;
  /** Decimal text; null where the event leaves the amount open. */
  readonly amount: string | null;
  /** UN/CEFACT Rec. 20 code; null for a count of instances. */
  readonly uom: string | null;
}

/** Where goods come from or go to: a party or place, and in which sense. */
export interface SourceOrDestination {
  readonly type: TermOf<SourceDestinationType>;
  readonly id: string;
}

/** One measurement of a sensor report, with the time span and device of its element filled in. */
export interface SensorMeasurement {
  readonly type: string | null;
  readonly deviceId: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly timeMs: number | null;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly value: number | null;
  readonly minValue: number | null;
  readonly maxValue: number | null;
  readonly meanValue: number | null;
  readonly uom: string | null;
  readonly exception: string | null;
}

/** A statement that an earlier event was wrong (EPCIS 2.0, section 7.4.1.4). */
export interface NormalisedErrorDeclaration {
  readonly declarationTimeMs: number;
  readonly reason: TermOf<ErrorReason> | null;
  readonly correctiveEventIds: readonly string[];
}

/** What all events share. Absent lists are empty, absent values null; identifiers are canonical; times are UTC ms. */
export interface NormalisedCommon {
  readonly eventTimeMs: number;
  /** The event's time and zone offset as they were written. */
  readonly eventTime: string;
  readonly eventTimeZoneOffset: string;
  readonly recordTimeMs: number | null;
  readonly eventId: string | null;
  readonly bizStep: TermOf<BizStep> | null;
  readonly disposition: TermOf<Disposition> | null;
  readonly persistentDisposition: {
    readonly set: ReadonlyArray<TermOf<Disposition>>;
    readonly unset: ReadonlyArray<TermOf<Disposition>>;
  };
  readonly readPoint: string | null;
  readonly bizLocation: string | null;
  readonly bizTransactions: ReadonlyArray<{ readonly type: TermOf<BizTransactionType> | null; readonly id: string }>;
  readonly sources: readonly SourceOrDestination[];
  readonly destinations: readonly SourceOrDestination[];
  readonly errorDeclaration: NormalisedErrorDeclaration | null;
  readonly certifications: readonly string[];
  readonly sensorMeasurements: readonly SensorMeasurement[];
  /** Master data of instances and lots, as it was written. */
  readonly ilmd: JsonObject;
  /**
   * Lots of single items, both by canonical link, where the event says of which they are: in an item's Digital Link
   * (`/01/…/10/{lot}/21/…`), which its canonical form leaves out, or in its ILMD. Absent where it says nothing of it.
   */
  readonly lots?: Readonly<Record<string, string>>;
  /** Fields of the event that have a namespace, as they were written. */
  readonly extensions: JsonObject;
}

export interface NormalisedObjectEvent extends NormalisedCommon {
  readonly type: 'ObjectEvent';
  readonly action: Action;
  readonly epcs: readonly string[];
  readonly quantities: readonly ClassQuantity[];
}

export interface NormalisedAggregationEvent extends NormalisedCommon {
  readonly type: 'AggregationEvent';
  readonly action: Action;
  readonly parent: string | null;
  readonly childEpcs: readonly string[];
  readonly childQuantities: readonly ClassQuantity[];
}

export interface NormalisedAssociationEvent extends NormalisedCommon {
  readonly type: 'AssociationEvent';
  readonly action: Action;
  readonly parent: string;
  readonly childEpcs: readonly string[];
  readonly childQuantities: readonly ClassQuantity[];
}

export interface NormalisedTransactionEvent extends NormalisedCommon {
  readonly type: 'TransactionEvent';
  readonly action: Action;
  readonly parent: string | null;
  readonly epcs: readonly string[];
  readonly quantities: readonly ClassQuantity[];
}

export interface NormalisedTransformationEvent extends NormalisedCommon {
  readonly type: 'TransformationEvent';
  readonly inputEpcs: readonly string[];
  readonly inputQuantities: readonly ClassQuantity[];
  readonly outputEpcs: readonly string[];
  readonly outputQuantities: readonly ClassQuantity[];
  readonly transformationId: string | null;
}

/** One form for one event, whatever syntax it came in: what chaincode and projection work on. */
export type NormalisedEvent =
  | NormalisedObjectEvent
  | NormalisedAggregationEvent
  | NormalisedAssociationEvent
  | NormalisedTransactionEvent
  | NormalisedTransformationEvent;
