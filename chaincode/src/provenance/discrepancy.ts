import type { EventFlag, TransitRecord } from '@hopline/protocol';
import { compareQuantities, type Quantity } from '@hopline/protocol/epcis';
import type { Draft } from '../state/draft.ts';
import { inCommonUnit, minus, plus } from './amount.ts';

/** The last word on a shipment: the receiving (or refusing) event, its time, and whose it is. */
export interface Receipt {
  readonly event: string;
  readonly atMs: number;
  readonly mspId: string;
}

/** Keeps what is still on the way of a shipment, or removes the record where nothing is. `less` is what has left it. */
export function lessen(draft: Draft, transit: TransitRecord, less: Quantity): TransitRecord {
  const { item, shipment, to } = transit;
  const open = minus({ amount: transit.amount, uom: transit.uom }, less);
  // Amounts of different units meet in the base unit, and then the others have to be told in it too.
  const sent = inCommonUnit({ amount: transit.sent, uom: transit.uom }, open.uom).amount;
  const refused = transit.refused && inCommonUnit({ amount: transit.refused, uom: transit.uom }, open.uom).amount;
  const left: TransitRecord = { ...transit, ...open, sent, ...(refused === undefined ? {} : { refused }) };
  if (open.amount === '0') draft.remove('transit', [to, item, shipment]);
  else draft.put('transit', [to, item, shipment], left);
  return left;
}

/** A shipment of which something came back without having been taken over. */
export function refusedOf(draft: Draft, transit: TransitRecord, part: Quantity): TransitRecord {
  const left = lessen(draft, transit, part);
  const before: Quantity = { amount: left.refused ?? '0', uom: left.uom };
  const refused = plus(before, part);
  const marked: TransitRecord = {
    ...left,
    amount: inCommonUnit(left, refused.uom).amount,
    sent: inCommonUnit({ amount: left.sent, uom: left.uom }, refused.uom).amount,
    uom: refused.uom,
    refused: refused.amount,
  };
  if (marked.amount !== '0') draft.put('transit', [marked.to, marked.item, marked.shipment], marked);
  return marked;
}

/**
 * Records how what was sent of a shipment and what was received differ, both numbers. The discrepancy has to be loaded.
 *
 * @param transit the shipment as it is after the receipt
 * @param over what was received beyond it
 */
export function recordDifference(
  draft: Draft,
  transit: TransitRecord,
  over: Quantity | null,
  receipt: Receipt,
): EventFlag[] {
  const { item, shipment, from, to, uom } = transit;
  const amount = (text: string): Quantity => ({ amount: text, uom });
  const refused = amount(transit.refused ?? '0');
  const takenOver = minus(minus(amount(transit.sent), amount(transit.amount)), refused);
  const received = plus(takenOver, over ?? amount('0'));
  const known = draft.get('discrepancy', shipment, item);
  const kind = kindOf(transit, over, known !== null);
  if (!kind) return [];
  const inUnit = (quantity: Quantity) => inCommonUnit(quantity, received.uom).amount;
  draft.put('discrepancy', [shipment, item], {
    schema: 1,
    shipment,
    item,
    kind,
    sent: inUnit(amount(transit.sent)),
    received: received.amount,
    ...(refused.amount === '0' ? {} : { refused: inUnit(refused) }),
    uom: received.uom,
    from,
    to,
    sender: transit.custodian,
    receiver: receipt.mspId,
    event: receipt.event,
    atMs: receipt.atMs,
  });
  return kind === 'over' ? ['received-over'] : kind === 'short' ? ['received-short'] : [];
}

function kindOf(transit: TransitRecord, over: Quantity | null, isKnown: boolean) {
  const zero: Quantity = { amount: '0', uom: transit.uom };
  const isRefused = compareQuantities({ amount: transit.refused ?? '0', uom: transit.uom }, zero) > 0;
  if (over) return 'over';
  if (isRefused) return 'refused';
  if (transit.amount !== '0') return 'short';
  return isKnown ? 'settled' : null;
}
