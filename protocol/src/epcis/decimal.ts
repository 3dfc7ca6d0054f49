import { ProtocolError } from '../error.ts';

/** An exact decimal number: `digits` × 10^-`scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Most digits behind the point of an amount that is read from an event, or that a conversion has to round. */
export const maxAmountDecimals = 20;

/**
 * Most digits of an amount in all: 15 before the point and 20 behind it, with room for the 16 decimals that a unit's size adds
 * and for sums.
 */
export const maxAmountDigits = 64;

/**
 * Reads a decimal text: optional minus, digits, optional point with digits; no exponent.
 * @throws ProtocolError `epcis-quantity`
 */
export function parseDecimal(text: string): Decimal {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null || text.length > maxAmountDigits + 2) {
    throw new ProtocolError('epcis-quantity', 'An amount is a decimal number', { amount: text });
  }
  const [, sign = '', whole = '', fraction = ''] = match;
  return { digits: BigInt(sign + whole + fraction), scale: fraction.length };
}

/** The shortest decimal text of a number: no trailing zeros, no exponent, no negative zero. */
export function formatDecimal({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}

/** `a` + `b`, exactly. */
export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: digitsAt(a, scale) + digitsAt(b, scale), scale };
}

/** `a` × `b`, exactly. */
export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. */
export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const scale = Math.max(a.scale, b.scale);
  const difference = digitsAt(a, scale) - digitsAt(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `a` / `b` to `maxAmountDecimals` places, half to even, and whether nothing was lost. `b` is positive. */
export function divide(a: Decimal, b: Decimal): { readonly value: Decimal; readonly exact: boolean } {
  const shift = maxAmountDecimals - a.scale + b.scale;
  const numerator = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const denominator = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const magnitude = numerator < 0n ? -numerator : numerator;
  const remainder = magnitude % denominator;
  const floor = magnitude / denominator;
  const twice = remainder * 2n;
  const up = twice > denominator || (twice === denominator && floor % 2n === 1n);
  const rounded = up ? floor + 1n : floor;
  return {
    value: { digits: numerator < 0n ? -rounded : rounded, scale: maxAmountDecimals },
    exact: remainder === 0n,
  };
}

/**
 * The decimal text of a JSON number: the digits that ECMAScript's number-to-text gives, which are the same on every
 * platform, without an exponent.
 * @throws ProtocolError `epcis-quantity` outside 0 to 10^15, or with more than `maxAmountDecimals` places
 */
export function amountOf(value: number): string {
  if (!(value >= 0 && value < 1e15)) {
    throw new ProtocolError('epcis-quantity', 'A quantity is at least 0 and less than 10^15', { value });
  }
  const [mantissa = '', exponent = '0'] = String(value).split('e');
  const { digits, scale } = parseDecimal(mantissa);
  const places = scale - Number(exponent);
  if (places > maxAmountDecimals) {
    throw new ProtocolError('epcis-quantity', `More than ${maxAmountDecimals} decimal places`, { value });
  }
  return formatDecimal({ digits, scale: places });
}

function digitsAt(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}
