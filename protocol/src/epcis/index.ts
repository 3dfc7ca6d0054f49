export { amountOf, maxAmountDecimals } from './decimal.ts';
export { captureKey, errorDeclarationDigest, eventHash, preHashString } from './event-hash.ts';
export {
  type AggregationEvent,
  type AssociationEvent,
  type EpcisEvent,
  eventSchema,
  type ObjectEvent,
  type TransactionEvent,
  type TransformationEvent,
} from './event-schema.ts';
export type { TermOf } from './fields.ts';
export type { Json, JsonObject } from './json.ts';
export { defaultEpcisLimits, type EpcisLimits, maxProblemsReported } from './limits.ts';
export { normalise } from './normalise.ts';
export type * from './normalised-event.ts';
export {
  type DocumentForm,
  type EventSource,
  type OpenedDocument,
  openDocument,
  type ParsedDocument,
  type ParsedEvent,
  type Problem,
  parseDocument,
  parseEvent,
} from './parse-document.ts';
export {
  addQuantities,
  areConvertible,
  compareQuantities,
  convertQuantity,
  inBaseUnit,
  type Quantity,
  subtractQuantities,
} from './quantity.ts';
export { parseTimeMs } from './time.ts';
export {
  type BizStep,
  type BizTransactionType,
  bizSteps,
  bizTransactionTypes,
  type Disposition,
  dispositions,
  type ErrorReason,
  errorReasons,
  type PrivateTerm,
  type SourceDestinationType,
  sourceDestinationTypes,
} from './vocabulary.ts';
