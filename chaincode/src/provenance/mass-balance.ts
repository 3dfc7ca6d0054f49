import type { Line } from '@hopline/protocol';
import { inBaseUnit, type Quantity } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import { plus } from './amount.ts';

/** How much more may come out than went in before it is refused: what scales of the trade are off by. */
export const massTolerancePpm = 10_000;

const wholePpm = 1_000_000;
const massUnit = 'KGM';

/**
 * The yield of a transformation in millionths: the mass of all outputs to that of all inputs, rounded down. `null` where
 * an input or output is not stated as mass, or there is none. Refuses `mass-balance` where what is stated as mass comes
 * to more than went in, beyond the tolerance.
 */
export function massYield(inputs: readonly Line[], outputs: readonly Line[]): number | null {
  const into = massOf(inputs);
  const out = massOf(outputs);
  if (inputs.length === 0 || into.others > 0) return null;
  const [inDigits, outDigits] = atOneScale(into.mass, out.mass);
  if (outDigits * BigInt(wholePpm) > inDigits * BigInt(wholePpm + massTolerancePpm)) {
    throw new Refused('mass-balance', 'more comes out than went in', {
      inputKg: into.mass,
      outputKg: out.mass,
      tolerancePpm: massTolerancePpm,
    });
  }
  if (outputs.length === 0 || out.others > 0 || inDigits === 0n) return null;
  return Number((outDigits * BigInt(wholePpm)) / inDigits);
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
