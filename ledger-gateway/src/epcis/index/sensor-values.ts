import { canonicalId, type EpcisEvent, parseTimeMs, sensorBaseValue } from '@hopline/protocol/epcis';
import { fieldKey, type ValueRow, valueKey } from './value-row.ts';

/** Fields of sensor elements in `epcis_values`, named as the query parameters name them. */
export const sensorFields = {
  /** One row for an event that has sensor elements at all. */
  list: 'sensorElementList',
  text: (name: string) => `sensor ${name}`,
  number: (name: string, dimension: string) => `sensor ${name} ${dimension}`,
} as const;

const texts = [
  'type',
  'deviceID',
  'dataProcessingMethod',
  'microorganism',
  'chemicalSubstance',
  'bizRules',
  'stringValue',
  'hexBinaryValue',
  'uriValue',
  'booleanValue',
] as const;
const times = ['time', 'startTime', 'endTime'] as const;
const measured = ['value', 'minValue', 'maxValue', 'meanValue', 'sDev', 'percValue'] as const;

/**
 * What the sensor elements of an event say. Measurements stand in the base unit of their dimension.
 * @param named the full name of a type that may be written with a prefix
 */
export function sensorValues(event: EpcisEvent, named: (term: string) => string): ValueRow[] {
  const elements = event.sensorElementList ?? [];
  if (elements.length === 0) return [];
  const parts: Record<string, unknown>[] = elements.flatMap((element) => [
    ...(element.sensorMetadata ? [element.sensorMetadata] : []),
    ...element.sensorReport,
  ]);
  return [row(sensorFields.list, {}), ...parts.flatMap((part) => partValues(part, named))];
}

function partValues(part: Record<string, unknown>, named: (term: string) => string): ValueRow[] {
  const uom = typeof part.uom === 'string' ? part.uom : '';
  return [
    ...texts.flatMap((name) => {
      const value = part[name];
      return value === undefined
        ? []
        : [row(sensorFields.text(name), { value: name === 'type' ? named(String(value)) : textOf(name, value) })];
    }),
    ...times.flatMap((name) => {
      const value = part[name];
      return typeof value === 'string' ? [row(sensorFields.text(name), { time_ms: parseTimeMs(value) })] : [];
    }),
    ...measured.flatMap((name) => {
      const value = part[name];
      if (typeof value !== 'number') return [];
      const { dimension, value: number } = sensorBaseValue(value, uom);
      return [row(sensorFields.number(name, dimension), { number })];
    }),
    ...(typeof part.percRank === 'number' ? [row(sensorFields.text('percRank'), { number: part.percRank })] : []),
  ];
}

function textOf(name: string, value: unknown): string {
  if (name === 'hexBinaryValue') return String(value).toUpperCase();
  return name === 'deviceID' ? canonicalId(String(value)) : String(value);
}

function row(field: string, holds: Partial<Omit<ValueRow, 'field'>>): ValueRow {
  const { value = null, number = null, time_ms = null } = holds;
  return { field: fieldKey(field), value: value === null ? null : valueKey(value), number, time_ms };
}
