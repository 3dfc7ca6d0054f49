import {
  bareTerm,
  canonicalId,
  expandName,
  type Prefixes,
  sensorBaseValue,
  vocabularies,
} from '@hopline/protocol/epcis';
import { sensorFields } from '../index/sensor-values.ts';
import { fieldKey, valueKey } from '../index/value-row.ts';
import { parameterError, reading } from './parameter-error.ts';
import type { Predicate } from './predicate.ts';
import { oneOf, readExists, readNumber, readTime } from './read-value.ts';
import { comparisons } from './standard-parameters.ts';

const uris = ['dataProcessingMethod', 'microorganism', 'chemicalSubstance', 'bizRules', 'uriValue', 'stringValue'];
const measured = 'value|minValue|maxValue|meanValue|sDev|percValue';

/** Names of the parameters that name no unit of measure. */
export const sensorNames: readonly string[] = [
  'EXISTS_sensorElementList',
  ...['type', 'deviceID', ...uris, 'hexBinaryValue', 'booleanValue'].map((field) => `EQ_${field}`),
  ...['time', 'startTime', 'endTime'].flatMap((field) => [`GE_${field}`, `LT_${field}`]),
  ...['EQ', ...Object.keys(comparisons)].map((op) => `${op}_percRank`),
];

/**
 * The predicates of a parameter that speaks of sensor elements; `null` for any other name. Each parameter holds for the
 * event as a whole, as the standard has it: two of them may be met by two reports of the same event.
 * @throws GatewayError `query-parameter`
 */
export function sensorParameter(
  name: string,
  values: readonly string[],
  prefixes: Prefixes,
): readonly Predicate[] | null {
  if (name === 'EXISTS_sensorElementList' || name === 'EXISTS_sensorElement') {
    return readExists(name, values) ? [{ kind: 'exists', field: sensorFields.list }] : [];
  }
  const [, equal = ''] = /^EQ_([A-Za-z]+)$/.exec(name) ?? [];
  const texts = equal === '' ? null : textsOf(name, equal, values, prefixes);
  if (texts !== null) return [text(equal, texts)];
  const time = /^(GE|LT)_(time|startTime|endTime)$/.exec(name);
  if (time) return [compare(sensorFields.text(time[2] ?? ''), 'time_ms', time[1] ?? '', readTime(name, values))];
  const rank = /^(EQ|GE|GT|LE|LT)_percRank$/.exec(name);
  if (rank) return [numbers(name, sensorFields.text('percRank'), rank[1] ?? '', values, (value) => value)];
  const value = new RegExp(`^(EQ|GE|GT|LE|LT)_(${measured})(?:_([A-Z0-9]{2,4}))?$`).exec(name);
  if (!value) return null;
  const uom = value[3] ?? '';
  const { dimension } = sensorBaseValue(0, uom);
  return [
    numbers(
      name,
      sensorFields.number(value[2] ?? '', dimension),
      value[1] ?? '',
      values,
      (one) => sensorBaseValue(one, uom).value,
    ),
  ];
}

function textsOf(name: string, field: string, values: readonly string[], prefixes: Prefixes): string[] | null {
  if (field === 'type') {
    const { measurementType } = vocabularies;
    return values.map((value) => reading(name, () => bareTerm(measurementType, expandName(value, prefixes))));
  }
  if (field === 'deviceID') return values.map((value) => reading(name, () => canonicalId(value)));
  if (field === 'hexBinaryValue') return values.map((value) => value.toUpperCase());
  if (field === 'booleanValue') {
    const value = oneOf(name, values);
    if (value !== 'true' && value !== 'false') throw parameterError(name, 'true or false is needed here', { value });
    return [value];
  }
  return uris.includes(field) ? [...values] : null;
}

function text(field: string, values: readonly string[]): Predicate {
  return {
    kind: 'value',
    field: fieldKey(sensorFields.text(field)),
    texts: values.map(valueKey),
    numbers: [],
    times: [],
  };
}

function numbers(
  name: string,
  field: string,
  op: string,
  values: readonly string[],
  inBase: (value: number) => number,
): Predicate {
  if (op !== 'EQ') return compare(field, 'number', op, inBase(readNumber(name, oneOf(name, values))));
  return {
    kind: 'value',
    field: fieldKey(field),
    texts: [],
    numbers: values.map((value) => inBase(readNumber(name, value))),
    times: [],
  };
}

function compare(field: string, by: 'number' | 'time_ms', op: string, to: number): Predicate {
  return { kind: 'compare', field: fieldKey(field), by, op: comparisons[op] ?? '>=', to };
}
