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
export { expandName, type Prefixes, prefixesOf } from './expand-name.ts';
export { canonicalId, type TermOf } from './fields.ts';
export { isJsonObject, type Json, type JsonObject, pointerTo } from './json.ts';
export { defaultEpcisLimits, type EpcisLimits, ledgerEpcisLimits, maxProblemsReported } from './limits.ts';
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
export { sensorBaseValue } from './sensor-units.ts';
export { parseTimeMs } from './time.ts';
export {
  type BizStep,
  type BizTransactionType,
  bareTerm,
  bizSteps,
  bizTransactionTypes,
  type Disposition,
  dispositions,
  type ErrorReason,
  errorReasons,
  type PrivateTerm,
  type SourceDestinationType,
  sourceDestinationTypes,
  vocabularies,
  webTerm,
} from './vocabulary.ts';
