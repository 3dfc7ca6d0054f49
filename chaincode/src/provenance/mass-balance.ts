import type { Line } from '@hopline/protocol';
import { inBaseUnit, type Quantity } from '@hopline/protocol/epcis';
import { plus } from './amount.ts';

/** How much more may come out than went in before it is too much: what scales of the trade are off by. */
export const massTolerancePpm = 10_000;

const wholePpm = 1_000_000;
const massUnit = 'KGM';

/** The masses of a transformation, as far as they are stated. */
export interface MassBalance {
  /** Kilograms, decimal text, of what is stated as mass. */
  readonly inputKg: string;
  readonly outputKg: string;
  /**
   * Mass of all outputs in millionths of that of all inputs, rounded down. `null` where an input or output is not stated
   * as mass, or there is none.
   */
  readonly yieldPpm: number | null;
  /** Whether all inputs are masses and what is stated as mass of the outputs comes to more, beyond the tolerance. */
  readonly exceeds: boolean;
}

/** Weighs a transformation's inputs and outputs against each other. */
export function massBalance(inputs: readonly Line[], outputs: readonly Line[]): MassBalance {
  const into = massOf(inputs);
  const out = massOf(outputs);
  const masses = { inputKg: into.mass, outputKg: out.mass };
  if (inputs.length === 0 || into.others > 0) return { ...masses, yieldPpm: null, exceeds: false };
  const [inDigits, outDigits] = atOneScale(into.mass, out.mass);
  const exceeds = outDigits * BigInt(wholePpm) > inDigits * BigInt(wholePpm + massTolerancePpm);
  const isKnown = outputs.length > 0 && out.others === 0 && inDigits > 0n;
  const ppm = isKnown ? (outDigits * BigInt(wholePpm)) / inDigits : null;
  // A yield that no number holds exactly says nothing that the two masses do not.
  const yieldPpm = ppm !== null && ppm <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(ppm) : null;
  return { ...masses, yieldPpm, exceeds };
}

/** Kilograms (decimal text) of the lines that are stated as mass, and how many are not. */
function massOf(lines: readonly Quantity[]): { mass: string; others: number } {
  const masses = lines.map(inBaseUnit).filter(({ dimension }) => dimension === massUnit);
  const none: Quantity = { amount: '0', uom: massUnit };
  const sum = masses.reduce((total, { amount }) => plus(total, { amount, uom: massUnit }), none);
  return { mass: sum.amount, others: lines.length - masses.length };
}

function atOneScale(a: string, b: string): [bigint, bigint] {
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return [digitsAt(a, scale), digitsAt(b, scale)];
}

function scaleOf(decimal: string): number {
  const point = decimal.indexOf('.');
  return point < 0 ? 0 : decimal.length - point - 1;
}

function digitsAt(decimal: string, scale: number): bigint {
  return BigInt(decimal.replace('.', '') + '0'.repeat(scale - scaleOf(decimal)));
}
