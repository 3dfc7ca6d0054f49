import { ProtocolError } from '../error.ts';
import { add, compare, type Decimal, divide, formatDecimal, multiply, parseDecimal } from './decimal.ts';
import { unitSizes } from './unit-sizes.ts';

/** An amount of goods. `amount` is a decimal text; `uom` a UN/CEFACT Rec. 20 code, null for a count of instances. */
export interface Quantity {
  readonly amount: string;
  readonly uom: string | null;
}

interface Unit {
  readonly dimension: string;
  readonly base: string;
  /** How many base units one of these is, exactly. */
  readonly factor: Decimal;
}

const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries(unitSizes).flatMap(([base, sizes]) =>
    Object.entries(sizes).map(([code, size]) => [code, { dimension: base, base, factor: parseDecimal(size) }]),
  ),
);

/** Packages of Rec. 21, met both bare and with the X that Rec. 20 puts in front of them. */
const packages = new Set(['BG', 'BX', 'CR', 'CS', 'CT', 'PK', 'PX']);

/**
 * The same amount in the base unit of its dimension (KGM, LTR, MTR, MTK or EA), exactly. Units without a known size, packages
 * among them (nobody but the shipper knows how many items a case holds), are their own dimension.
 */
export function inBaseUnit(quantity: Quantity): { readonly dimension: string; readonly amount: string } {
  const unit = unitOf(quantity.uom);
  return { dimension: unit.dimension, amount: formatDecimal(multiply(parseDecimal(quantity.amount), unit.factor)) };
}

/** Whether two units measure the same thing, so that amounts in them can be compared and added. */
export function areConvertible(a: string | null, b: string | null): boolean {
  return unitOf(a).dimension === unitOf(b).dimension;
}

/** Whether `a` is less than, the same as or more than `b`. Throws ProtocolError `epcis-unit` where that has no answer. */
export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  assertConvertible(a.uom, b.uom);
  return compare(inBase(a), inBase(b));
}

/** `a` + `b`: in their unit if they share it, else in the base unit. Throws ProtocolError `epcis-unit`. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  if (a.uom === b.uom) {
    return { amount: formatDecimal(add(parseDecimal(a.amount), parseDecimal(b.amount))), uom: a.uom };
  }
  assertConvertible(a.uom, b.uom);
  return { amount: formatDecimal(add(inBase(a), inBase(b))), uom: unitOf(a.uom).base };
}

/** `a` − `b`, as `addQuantities`; the difference may be negative. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  const { digits, scale } = parseDecimal(b.amount);
  return addQuantities(a, { amount: formatDecimal({ digits: -digits, scale }), uom: b.uom });
}

/**
 * The same amount in another unit, to `maxAmountDecimals` places.
 * @returns `exact` is false where the quotient had to be rounded (half to even)
 * @throws ProtocolError `epcis-unit`
 */
export function convertQuantity(quantity: Quantity, uom: string | null): { quantity: Quantity; exact: boolean } {
  assertConvertible(quantity.uom, uom);
  const { value, exact } = divide(inBase(quantity), unitOf(uom).factor);
  return { quantity: { amount: formatDecimal(value), uom }, exact };
}

function inBase(quantity: Quantity): Decimal {
  return multiply(parseDecimal(quantity.amount), unitOf(quantity.uom).factor);
}

function assertConvertible(from: string | null, to: string | null): void {
  if (areConvertible(from, to)) return;
  throw new ProtocolError('epcis-unit', `${from ?? 'a count'} cannot be converted to ${to ?? 'a count'}`, { from, to });
}

function unitOf(uom: string | null): Unit {
  const code = uom ?? 'EA';
  const known = units.get(code);
  if (known !== undefined) return known;
  const bare = code.startsWith('X') && packages.has(code.slice(1)) ? code.slice(1) : code;
  return { dimension: `unit:${bare}`, base: bare, factor: { digits: 1n, scale: 0 } };
}
