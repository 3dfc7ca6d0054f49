import {
  amountOf,
  bareTerm,
  canonicalId,
  expandName,
  inBaseUnit,
  type Prefixes,
  vocabularies,
} from '@hopline/protocol/epcis';
import { fields } from '../index/index-event.ts';
import { fieldKey, valueKey } from '../index/value-row.ts';
import { epcisLimits } from '../limits.ts';
import { parseIdPattern } from './id-pattern.ts';
import { parameterError, reading } from './parameter-error.ts';
import type { Comparison, PlaceColumn, Predicate, TermColumn, TimeColumn } from './predicate.ts';
import { readExists, readNumber, readTime } from './read-value.ts';

type Reader = (name: string, values: readonly string[]) => readonly Predicate[];

export const comparisons: Readonly<Record<string, Comparison>> = { GE: '>=', GT: '>', LE: '<=', LT: '<' };

/** Parameters with a fixed name. */
const fixed: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'eventType',
    (name, values) => [
      term(
        'type',
        values.map((value) => eventType(name, value)),
      ),
    ],
  ],
  ...timePair('eventTime', 'time_ms'),
  ...timePair('recordTime', 'recorded_ms'),
  ...timePair('errorDeclarationTime', 'declared_ms'),
  ...timePair('errorDeclaration_Time', 'declared_ms'),
  [
    'EQ_action',
    (name, values) => [
      term(
        'action',
        values.map((value) => action(name, value)),
      ),
    ],
  ],
  ['EQ_bizStep', terms('biz_step', vocabularies.bizStep)],
  ['EQ_disposition', terms('disposition', vocabularies.disposition)],
  ['EQ_errorReason', terms('error_reason', vocabularies.errorReason)],
  ['EQ_persistentDisposition_set', listed(fields.dispositionSet, vocabularies.disposition)],
  ['EQ_persistentDisposition_unset', listed(fields.dispositionUnset, vocabularies.disposition)],
  ['EQ_readPoint', (name, values) => [term('read_point', ids(name, values))]],
  ['EQ_bizLocation', (name, values) => [term('biz_location', ids(name, values))]],
  ['WD_readPoint', within('read_point')],
  ['WD_bizLocation', within('biz_location')],
  ['EQ_transformationID', (name, values) => [anyText(fields.transformation, ids(name, values))]],
  ['MATCH_epc', match([fields.epc], false)],
  ['MATCH_parentID', match([fields.parent], false)],
  ['MATCH_inputEPC', match([fields.inputEpc], false)],
  ['MATCH_outputEPC', match([fields.outputEpc], false)],
  ['MATCH_anyEPC', match([fields.epc, fields.parent, fields.inputEpc, fields.outputEpc], false)],
  ['MATCH_epcClass', match([fields.epcClass], true)],
  ['MATCH_inputEPCClass', match([fields.inputClass], true)],
  ['MATCH_outputEPCClass', match([fields.outputClass], true)],
  ['MATCH_anyEPCClass', match([fields.epcClass, fields.inputClass, fields.outputClass], true)],
  ['EQ_eventID', (_, values) => [anyText(fields.eventId, values)]],
  ['EQ_correctiveEventID', (_, values) => [anyText(fields.corrective, values)]],
  ['EXISTS_errorDeclaration', (name, values) => (readExists(name, values) ? [{ kind: 'declared' }] : [])],
]);

/** Names of the parameters that have no part of the sender's own in them. */
export const standardNames: readonly string[] = [
  ...fixed.keys(),
  ...['EQ', ...Object.keys(comparisons)].map((op) => `${op}_quantity`),
];

/**
 * The predicates of a parameter whose name the standard gives, lists by type and quantities among them; `null` for any
 * other name. Terms of somebody's own may be written with a prefix.
 * @throws GatewayError `query-parameter`
 */
export function standardParameter(
  name: string,
  values: readonly string[],
  prefixes: Prefixes,
): readonly Predicate[] | null {
  const reader = fixed.get(name);
  const named = (text: string) => expandName(text, prefixes);
  if (reader !== undefined) return reader(name, values.map(named));
  const typed = /^EQ_(bizTransaction|source|destination)_(.+)$/.exec(name);
  if (typed) return [byType(name, typed[1] ?? '', named(typed[2] ?? ''), values.map(named))];
  const quantity = /^(EQ|GE|GT|LE|LT)_quantity(?:_([A-Z0-9]{2,3}))?$/.exec(name);
  if (quantity) return [quantityOf(name, quantity[1] ?? '', quantity[2], values)];
  return null;
}

/** A term of `epcis_events`; also for paths such as `/bizSteps/{bizStep}`. */
export function term(column: TermColumn, values: readonly string[]): Predicate {
  return { kind: 'term', column, values: values.map(valueKey) };
}

function anyText(field: string, values: readonly string[]): Predicate {
  return { kind: 'value', field: fieldKey(field), texts: values.map(valueKey), numbers: [], times: [] };
}

function ids(name: string, values: readonly string[]): string[] {
  return values.map((value) => reading(name, () => canonicalId(value)));
}

function terms(column: TermColumn, vocabulary: Parameters<typeof bareTerm>[0]): Reader {
  return (name, values) => [
    term(
      column,
      values.map((value) => reading(name, () => bareTerm(vocabulary, value))),
    ),
  ];
}

function listed(field: string, vocabulary: Parameters<typeof bareTerm>[0]): Reader {
  return (name, values) => [
    anyText(
      field,
      values.map((value) => reading(name, () => bareTerm(vocabulary, value))),
    ),
  ];
}

function within(column: PlaceColumn): Reader {
  return (name, values) => [{ kind: 'within', column, places: ids(name, values).map(valueKey) }];
}

function match(all: readonly string[], classes: boolean): Reader {
  return (name, values) => {
    const patterns = values.flatMap((value) => reading(name, () => parseIdPattern(value, classes)));
    const { maxPatternsPerParameter } = epcisLimits;
    if (patterns.filter(({ kind }) => kind !== 'exact').length > maxPatternsPerParameter) {
      throw parameterError(name, 'Too many patterns', { maxPatternsPerParameter });
    }
    return [{ kind: 'match', fields: all, patterns }];
  };
}

function timePair(field: string, column: TimeColumn): [string, Reader][] {
  const reader =
    (op: Comparison): Reader =>
    (name, values) => [{ kind: 'time', column, op, ms: readTime(name, values) }];
  return [
    [`GE_${field}`, reader('>=')],
    [`LT_${field}`, reader('<')],
  ];
}

/** The event types of the standard. */
export const eventTypes: readonly string[] = [
  'ObjectEvent',
  'AggregationEvent',
  'AssociationEvent',
  'TransactionEvent',
  'TransformationEvent',
];

/** One of the five types, or the URI of an extension's type, of which there are none here. */
export function eventType(name: string, value: string): string {
  if (eventTypes.includes(value) || /^[a-z][a-z0-9+.-]*:\S+$/i.test(value)) return value;
  throw parameterError(name, 'No event type', { value, eventTypes });
}

function action(name: string, value: string): string {
  if (['ADD', 'OBSERVE', 'DELETE'].includes(value)) return value;
  throw parameterError(name, 'ADD, OBSERVE or DELETE is needed here', { value });
}

function byType(name: string, kind: string, type: string, values: readonly string[]): Predicate {
  const vocabulary = kind === 'bizTransaction' ? vocabularies.bizTransactionType : vocabularies.sourceDestinationType;
  const bare = reading(name, () => bareTerm<string>(vocabulary, type));
  const field =
    kind === 'bizTransaction'
      ? fields.bizTransaction(bare)
      : kind === 'source'
        ? fields.source(bare)
        : fields.destination(bare);
  return anyText(field, ids(name, values));
}

/** Amounts of goods. With a unit they compare with those in any unit that converts to it; without one as they are written. */
function quantityOf(name: string, op: string, uom: string | undefined, values: readonly string[]): Predicate {
  const numbers = values.map((value) => readNumber(name, value));
  const inBase = (value: number) => (uom === undefined ? value : reading(name, () => amountInBase(value, uom)));
  const field = uom === undefined ? fields.quantity : fields.quantityIn(inBaseUnit({ amount: '1', uom }).dimension);
  const comparison = comparisons[op];
  if (comparison === undefined) {
    return { kind: 'value', field, texts: [], numbers: numbers.map(inBase), times: [] };
  }
  const [to] = numbers;
  if (to === undefined || numbers.length > 1) throw parameterError(name, 'One number is needed here');
  return { kind: 'compare', field, by: 'number', op: comparison, to: inBase(to) };
}

/** In decimals, as the index has it: three quarters of a pound are not found by what a product of doubles makes of them. */
function amountInBase(value: number, uom: string): number {
  const { amount } = inBaseUnit({ amount: amountOf(Math.abs(value)), uom });
  return Math.sign(value) * Number(amount);
}
