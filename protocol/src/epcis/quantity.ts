import { ProtocolError } from '../error.ts';
import { add, compare, type Decimal, divide, formatDecimal, multiply, parseDecimal } from './decimal.ts';

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

/**
 * Units by dimension, with their size in the base unit: UN/CEFACT Recommendation 20. The avoirdupois pound is
 * 0.45359237 kg and the US gallon 3.785411784 l by definition (NIST Handbook 44, appendix C), so all of these are exact.
 */
const unitSizes: Record<string, Record<string, string>> = {
  KGM: {
    KGM: '1',
    GRM: '0.001',
    MGM: '0.000001',
    MC: '0.000000001',
    DTN: '100',
    TNE: '1000',
    LBR: '0.45359237',
    ONZ: '0.028349523125',
    STN: '907.18474',
    LTN: '1016.0469088',
    CWA: '45.359237',
  },
  LTR: {
    LTR: '1',
    MLT: '0.001',
    CLT: '0.01',
    DLT: '0.1',
    HLT: '100',
    MTQ: '1000',
    GLL: '3.785411784',
    OZA: '0.0295735295625',
    GLI: '4.54609',
  },
  EA: { EA: '1', C62: '1', H87: '1', PR: '2', DZN: '12', CEN: '100', GRO: '144', MIL: '1000' },
};

const units: ReadonlyMap<string, Unit> = new Map(
  Object.entries(unitSizes).flatMap(([base, sizes]) =>
    Object.entries(sizes).map(([code, size]) => [code, { dimension: base, base, factor: parseDecimal(size) }]),
  ),
);

/** Packages of Rec. 21, met both bare and with the X that Rec. 20 puts in front of them. */
const packages = new Set(['BG', 'BX', 'CR', 'CS', 'CT', 'PK', 'PX']);

/**
 * The same amount in the base unit of its dimension (KGM, LTR or EA), exactly. Units without a known size, packages
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
