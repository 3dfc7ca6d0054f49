import { parseTimeMs } from '@hopline/protocol/epcis';
import { timeOf } from '../index/extension-values.ts';
import { parameterError, reading } from './parameter-error.ts';

/** The one value of a parameter that has no list. */
export function oneOf(name: string, values: readonly string[]): string {
  const [value] = values;
  if (value === undefined || values.length > 1) throw parameterError(name, 'One value is needed here');
  return value;
}

/** Milliseconds of a time. A plus sign that was not escaped in a URL has become a space, which no time holds otherwise. */
export function readTime(name: string, values: readonly string[]): number {
  return reading(name, () => parseTimeMs(oneOf(name, values).replace(' ', '+')));
}

export function readNumber(name: string, text: string): number {
  const number = numberOrNull(text);
  if (number === null) throw parameterError(name, 'A number is needed here', { value: text });
  return number;
}

/** A whole number of at least 1. */
export function readCount(name: string, values: readonly string[]): number {
  const text = oneOf(name, values);
  if (!/^[1-9]\d{0,9}$/.test(text))
    throw parameterError(name, 'A whole number from 1 on is needed here', { value: text });
  return Number(text);
}

/** `true`, or nothing at all, asks for existence; `false` asks for nothing (EPCIS 2.0, section 8.2.7.1). */
export function readExists(name: string, values: readonly string[]): boolean {
  const text = oneOf(name, values);
  if (['', 'true', '1'].includes(text)) return true;
  if (['false', '0'].includes(text)) return false;
  throw parameterError(name, 'true or false is needed here', { value: text });
}

/** What an extension's field can be compared by: a time if the value reads as one, else a number. */
export function readComparable(
  name: string,
  values: readonly string[],
): { readonly by: 'number' | 'time_ms'; readonly to: number } {
  const text = oneOf(name, values);
  const ms = timeOf(text);
  return ms === null ? { by: 'number', to: readNumber(name, text) } : { by: 'time_ms', to: ms };
}

export function numberOrNull(text: string): number | null {
  const isNumber = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text);
  return isNumber && Number.isFinite(Number(text)) ? Number(text) : null;
}
