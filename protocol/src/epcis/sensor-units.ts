/** How a unit relates to the base unit of its dimension: `base = (value + before) × factor`. */
interface SensorUnit {
  readonly base: string;
  readonly before: number;
  /** A fraction, so that thirds and ninths need not be rounded twice. */
  readonly factor: readonly [numerator: number, denominator: number];
}

/**
 * Linear units by the base unit of their dimension, UN/CEFACT Recommendation 20 (revision 17). Sizes are those of the
 * International System of Units, and of NIST Handbook 44, appendix C, for inches, pounds and gallons.
 */
const sizes: Record<string, Record<string, readonly [number, number]>> = {
  P1: { P1: [1, 1], NX: [1, 10], '59': [1, 10_000], '61': [1, 10_000_000] },
  PAL: {
    PAL: [1, 1],
    A97: [100, 1],
    KPA: [1000, 1],
    MPA: [1_000_000, 1],
    BAR: [100_000, 1],
    MBR: [100, 1],
    ATM: [101_325, 1],
    PS: [6894.757293168, 1],
  },
  KGM: {
    KGM: [1, 1],
    GRM: [1, 1000],
    MGM: [1, 1_000_000],
    MC: [1, 1_000_000_000],
    DTN: [100, 1],
    TNE: [1000, 1],
    LBR: [0.45359237, 1],
    ONZ: [0.028349523125, 1],
  },
  LTR: {
    LTR: [1, 1],
    MLT: [1, 1000],
    CLT: [1, 100],
    DLT: [1, 10],
    HLT: [100, 1],
    MTQ: [1000, 1],
    GLL: [3.785411784, 1],
  },
  MTR: {
    MTR: [1, 1],
    CMT: [1, 100],
    MMT: [1, 1000],
    '4H': [1, 1_000_000],
    KMT: [1000, 1],
    INH: [254, 10_000],
    FOT: [3048, 10_000],
    YRD: [9144, 10_000],
    SMI: [1609.344, 1],
  },
  SEC: { SEC: [1, 1], C26: [1, 1000], MIN: [60, 1], HUR: [3600, 1], DAY: [86_400, 1], WEE: [604_800, 1] },
  MTS: { MTS: [1, 1], KMH: [10, 36], HM: [44_704, 100_000] },
  MSK: { MSK: [1, 1], K40: [980_665, 100_000] },
  A93: { A93: [1, 1], GP: [1, 1000], GL: [1000, 1], M1: [1, 1] },
  VLT: { VLT: [1, 1], '2Z': [1, 1000], KVT: [1000, 1] },
  AMP: { AMP: [1, 1], '4K': [1, 1000], B22: [1000, 1] },
  WTT: { WTT: [1, 1], KWT: [1000, 1], MAW: [1_000_000, 1] },
  JOU: { JOU: [1, 1], KJO: [1000, 1], WHR: [3600, 1], KWH: [3_600_000, 1] },
  HTZ: { HTZ: [1, 1], KHZ: [1000, 1], MHZ: [1_000_000, 1] },
  LUX: { LUX: [1, 1], KLX: [1000, 1] },
  MTK: { MTK: [1, 1], CMK: [1, 10_000], KMK: [1_000_000, 1] },
};

/** Temperatures have zeros of their own. */
const temperatures: ReadonlyArray<readonly [string, SensorUnit]> = [
  ['KEL', { base: 'KEL', before: 0, factor: [1, 1] }],
  ['CEL', { base: 'KEL', before: 273.15, factor: [1, 1] }],
  ['FAH', { base: 'KEL', before: 459.67, factor: [5, 9] }],
];

const units: ReadonlyMap<string, SensorUnit> = new Map([
  ...temperatures,
  ...Object.entries(sizes).flatMap(([base, factors]) =>
    Object.entries(factors).map(([code, factor]) => [code, { base, before: 0, factor }] as const),
  ),
]);

/** Digits to which a converted value is kept: what a double holds without the noise of its last places. */
const significantDigits = 12;

/**
 * A measured value in the base unit of its dimension, so that values in different units compare. The same value in the
 * same unit always gives the same number, and a greater one never gives a lesser.
 * @param uom a UN/CEFACT Rec. 20 code; one without a known size is a dimension of its own
 */
export function sensorBaseValue(value: number, uom: string): { readonly dimension: string; readonly value: number } {
  const { base, before, factor } = units.get(uom) ?? { base: uom, before: 0, factor: [1, 1] };
  const inBase = ((value + before) * factor[0]) / factor[1];
  return { dimension: base, value: Number(inBase.toPrecision(significantDigits)) };
}
