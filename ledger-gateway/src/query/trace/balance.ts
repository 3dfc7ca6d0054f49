import type { Quantity } from '@hopline/protocol/epcis';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Flow } from './flow.ts';
import { plus, QuantitySum, shareOf } from './quantity-sum.ts';
import type { Affected } from './trace-shapes.ts';

type Account = Exclude<keyof Affected['balance'], 'recoveryPpm'>;

/** Where an end counts in a lot's balance. What it comes from counts the other way round. */
const account: Readonly<Record<number, Account>> = {
  [flowEnds.place]: 'held',
  [flowEnds.unit]: 'held',
  [flowEnds.transit]: 'inTransit',
  [flowEnds.outside]: 'entered',
  [flowEnds.difference]: 'entered',
  [flowEnds.gone]: 'gone',
  [flowEnds.early]: 'unexplained',
};
const sources: ReadonlySet<Account> = new Set(['entered', 'unexplained']);

/** Mass balance of a whole lot, out of all its flows: whatever entered is held, on the way, used or gone. */
export function balanceOf(flows: readonly Flow[]): Affected['balance'] {
  const sums = {
    entered: new QuantitySum(),
    held: new QuantitySum(),
    inTransit: new QuantitySum(),
    used: new QuantitySum(),
    gone: new QuantitySum(),
    unexplained: new QuantitySum(),
  };
  for (const { amount, uom, fromAt, toAt } of flows) {
    if (amount === null) continue;
    const quantity: Quantity = { amount, uom };
    const from = fromAt === flowEnds.transformation ? 'entered' : account[fromAt];
    const to = toAt === flowEnds.transformation ? 'used' : account[toAt];
    if (from) sums[from][sources.has(from) ? 'add' : 'subtract'](quantity);
    if (to) sums[to][sources.has(to) ? 'subtract' : 'add'](quantity);
  }
  const [entered, held, inTransit, used, gone, unexplained] = [
    sums.entered.quantities,
    sums.held.quantities,
    sums.inTransit.quantities,
    sums.used.quantities,
    sums.gone.quantities,
    sums.unexplained.quantities,
  ];
  const told = total([...held, ...used, ...gone]);
  const all = total([...entered, ...unexplained]);
  const recoveryPpm = told && all ? shareOf(told, all) : null;
  return { entered, held, inTransit, used, gone, unexplained, recoveryPpm };
}

/** One sum of all; `null` where there is none. */
function total(quantities: readonly Quantity[]): Quantity | null {
  const [first, ...others] = quantities;
  if (!first) return null;
  return others.reduce<Quantity | null>((sum, each) => sum && plus(sum, each), first);
}
