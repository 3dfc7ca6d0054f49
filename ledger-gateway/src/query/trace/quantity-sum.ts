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
/** Sums below it, and a short amount more, are exact (2^53 is above 9 × 10^15). */
const maxShort = 1e15;

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

/** A sum in one kind of unit: a whole number while all amounts are short ones of one unit, a text of decimals after that. */
interface Sum {
  uom: string | null;
  amount: string | number;
}

/** Sums of amounts, one for each kind of unit that cannot be converted into the others. */
export class QuantitySum {
  readonly #sums: Sum[] = [];

  add(quantity: Quantity): void {
    this.#change(quantity, 1);
  }

  subtract(quantity: Quantity): void {
    this.#change(quantity, -1);
  }

  /** What is not zero, in the order in which units first came. */
  get quantities(): Quantity[] {
    return this.#sums.map(asQuantity).filter(({ amount }) => !/^-?0(\.0*)?$/.test(amount));
  }

  #change(quantity: Quantity, sign: 1 | -1): void {
    const { amount, uom } = quantity;
    const isShort = shortWhole.test(amount);
    for (const sum of this.#sums) {
      if (isShort && sum.uom === uom && typeof sum.amount === 'number' && Math.abs(sum.amount) < maxShort) {
        sum.amount += sign * Number(amount);
        return;
      }
      const changed = (sign > 0 ? plus : minus)(asQuantity(sum), quantity);
      if (!changed) continue;
      sum.amount = changed.amount;
      sum.uom = changed.uom;
      return;
    }
    if (isShort) {
      this.#sums.push({ uom, amount: sign * Number(amount) });
      return;
    }
    const first = (sign > 0 ? plus : minus)({ amount: '0', uom }, quantity);
    if (first) this.#sums.push({ ...first });
  }
}

function asQuantity({ uom, amount }: Sum): Quantity {
  return { amount: String(amount), uom };
}

function attempt<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
