import { ProtocolError } from '@hopline/protocol';
import {
  addQuantities,
  compareQuantities,
  inBaseUnit,
  type Quantity,
  subtractQuantities,
} from '@hopline/protocol/epcis';

/** Whole numbers that two of which add up exactly; nearly all amounts are such, and a trace adds thousands. */
const shortWhole = /^\d{1,15}$/;

/** `a` + `b`, exactly; `null` where their units cannot be compared. */
export function plus(a: Quantity, b: Quantity): Quantity | null {
  if (a.uom === b.uom && shortWhole.test(a.amount) && shortWhole.test(b.amount))
    return { amount: String(Number(a.amount) + Number(b.amount)), uom: a.uom };
  return attempt(() => addQuantities(a, b));
}

/** `a` − `b`, exactly, below zero too; `null` where their units cannot be compared. */
export function minus(a: Quantity, b: Quantity): Quantity | null {
  if (a.uom === b.uom && shortWhole.test(a.amount) && shortWhole.test(b.amount))
    return { amount: String(Number(a.amount) - Number(b.amount)), uom: a.uom };
  return attempt(() => subtractQuantities(a, b));
}

/** Whether an amount is above zero. */
export function isPositive({ amount, uom }: Quantity): boolean {
  return shortWhole.test(amount) ? Number(amount) > 0 : compareQuantities({ amount, uom }, { amount: '0', uom }) > 0;
}

/** `part` of `whole` in millionths, rounded down; `null` where they cannot be compared, or the whole is nothing. */
export function shareOf(part: Quantity, whole: Quantity): number | null {
  const [a, b] = [attempt(() => inBaseUnit(part)), attempt(() => inBaseUnit(whole))];
  if (!a || !b || a.dimension !== b.dimension || Number(b.amount) <= 0) return null;
  return Math.floor((Number(a.amount) / Number(b.amount)) * 1_000_000);
}

/** Sums of amounts, one for each kind of unit that cannot be converted into the others. */
export class QuantitySum {
  #sums: Quantity[] = [];

  add(quantity: Quantity): void {
    this.#change(quantity, plus);
  }

  subtract(quantity: Quantity): void {
    this.#change(quantity, minus);
  }

  /** What is not zero, in the order in which units first came. */
  get quantities(): Quantity[] {
    return this.#sums.filter(({ amount }) => !/^-?0(\.0*)?$/.test(amount));
  }

  #change(quantity: Quantity, change: (a: Quantity, b: Quantity) => Quantity | null): void {
    for (const [index, sum] of this.#sums.entries()) {
      const changed = change(sum, quantity);
      if (!changed) continue;
      this.#sums[index] = changed;
      return;
    }
    const first = change({ amount: '0', uom: quantity.uom }, quantity);
    if (first) this.#sums.push(first);
  }
}

function attempt<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
