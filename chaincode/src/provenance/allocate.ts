import type { TransitRecord } from '@hopline/protocol';
import { areConvertible, compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import { minus } from './amount.ts';
import type { Goods } from './goods.ts';

/** How a receipt is spread over the shipments that it can belong to. */
export interface Allocation {
  readonly parts: ReadonlyArray<{ readonly transit: TransitRecord; readonly taken: Quantity }>;
  /** What was received beyond all that is on the way; it counts as an over-delivery of the last part's shipment. */
  readonly excess: Quantity | null;
}

/**
 * Spreads received goods over open shipments: over the one whose open amount is exactly the received one, where there is
 * such, else over the oldest first. Refuses `not-shipped` where nothing is on the way, `quantity` where the units differ.
 */
export function allocate(received: Goods, open: readonly TransitRecord[]): Allocation {
  const { item, amount, uom } = received;
  if (open.length === 0) {
    throw new Refused('not-shipped', 'nothing of it is on the way to there', { item, received: amount, uom });
  }
  const comparable = open.filter((transit) => areConvertible(transit.uom, uom)).sort(oldestFirst);
  if (comparable.length === 0) {
    throw new Refused('quantity', 'it was sent in units of measure that cannot be compared', {
      item,
      uom,
      sent: open.map((transit) => transit.uom),
    });
  }
  const exact = comparable.find((transit) => compareQuantities(transit, received) === 0);
  return spread(received, exact ? [exact] : comparable);
}

function spread(received: Goods, open: readonly TransitRecord[]): Allocation {
  const parts: Array<{ transit: TransitRecord; taken: Quantity }> = [];
  let rest: Quantity = { amount: received.amount, uom: received.uom };
  for (const transit of open) {
    const all: Quantity = { amount: transit.amount, uom: transit.uom };
    const taken = compareQuantities(rest, all) <= 0 ? rest : all;
    parts.push({ transit, taken });
    rest = minus(rest, taken);
    if (rest.amount === '0') return { parts, excess: null };
  }
  return { parts, excess: rest };
}

function oldestFirst(a: TransitRecord, b: TransitRecord): number {
  return a.sentAtMs - b.sentAtMs || (a.shipment < b.shipment ? -1 : 1);
}
