import { addQuantities, type Quantity, subtractQuantities } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';

/** Most characters of an amount that is kept. Sums across units of measure gain digits; what is kept must be readable again. */
export const maxAmountChars = 40;

/** `a` + `b`, exactly: in their unit if they share it, else in the base unit. Refuses `quantity` beyond `maxAmountChars`. */
export function plus(a: Quantity, b: Quantity): Quantity {
  return kept(addQuantities(a, b));
}

/** `a` − `b`, as `plus`. */
export function minus(a: Quantity, b: Quantity): Quantity {
  return kept(subtractQuantities(a, b));
}

/** The same amount as it comes out of a sum with one in `uom`: unchanged in the same unit, else in the base unit. */
export function inCommonUnit(quantity: Quantity, uom: string | null): Quantity {
  return plus(quantity, { amount: '0', uom });
}

function kept(quantity: Quantity): Quantity {
  if (quantity.amount.length <= maxAmountChars) return quantity;
  throw new Refused('quantity', 'the amount has more digits than the ledger keeps', { ...quantity, maxAmountChars });
}
