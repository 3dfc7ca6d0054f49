import type { Queryable } from '../../store/database.ts';
import type { Finding } from './trace-shapes.ts';

/** Something to know about an event that speaks of a thing. */
export interface Remark {
  readonly subject: number;
  readonly seq: number;
  readonly remark: string;
}

export async function remarksOn(on: Queryable, things: readonly number[]): Promise<Remark[]> {
  return on.query<Remark & Record<string, unknown>>(
    'select subject, seq, remark from remarks where subject = any($1::bigint[]) order by seq, subject, remark',
    [things],
  );
}

/** Remarks that later events can put right. */
const settleable: ReadonlySet<string> = new Set([
  'not-held',
  'received-early',
  'received-short',
  'received-over',
  'receipt-missing',
  'units-differ',
]);
/** Those that stand for a shipment, and are closed with it, whichever of its receipts they were made of. */
const ofShipments: ReadonlySet<string> = new Set(['received-short', 'received-over']);

/**
 * Which of some remarks later events have put right, as the worklist has it: an early receipt whose shipment came, a rest that
 * arrived, a shortfall that was explained.
 *
 * @param eventOf hash of the event with a number
 */
export async function settledAmong(
  on: Queryable,
  remarks: readonly Remark[],
  eventOf: (seq: number) => string,
): Promise<ReadonlySet<Remark>> {
  const asked = remarks.filter(({ remark }) => settleable.has(remark));
  if (asked.length === 0) return new Set();
  const rows = await on.query<{ subject: number; kind: string; event: string; closed: boolean }>(
    `select i.number as subject, w.kind, w.event, w.closed_block is not null as closed
     from items i join work_items w on w.subject = i.item and w.kind = any($2::text[]) where i.number = any($1::bigint[])`,
    [[...new Set(asked.map(({ subject }) => subject))], [...settleable]],
  );
  return new Set(
    asked.filter(({ subject, seq, remark }) => {
      const same = rows.filter(
        (row) =>
          row.subject === subject && row.kind === remark && (ofShipments.has(remark) || row.event === eventOf(seq)),
      );
      return same.length > 0 && same.every(({ closed }) => closed);
    }),
  );
}

type Meaning = Pick<Finding, 'kind' | 'severity' | 'message'>;

const gap = (kind: Finding['kind'], message: string): Meaning => ({ kind, severity: 'gap', message });
const note = (kind: Finding['kind'], message: string): Meaning => ({ kind, severity: 'note', message });

/** What remarks mean for whoever relies on a trace. */
const meanings: Readonly<Record<string, Meaning>> = {
  'received-short': gap('receipt-differs', 'Less was received than had been sent.'),
  'received-over': gap('receipt-differs', 'More was received than had been sent; nobody accounts for the excess.'),
  'refused-by-receiver': gap('receipt-differs', 'The receiver sent some of it back without taking it over.'),
  'contents-differ': gap('receipt-differs', 'The contents of a unit are not what was packed into it.'),
  'received-early': gap('early-receipt', 'Goods were received before a shipment of them was told of.'),
  'not-held': gap('origin-unknown', 'More was moved than was there; where the rest came from is not known.'),
  'receiver-outside': gap('leaves-network', 'Goods were sent to somebody who does not report to this network.'),
  'yield-unknown': gap('recovery-unknown', 'How much of the inputs came out cannot be computed from the units given.'),
  'mass-balance': gap('mass-balance', 'More came out of a transformation than went in.'),
  'units-differ': gap('units-differ', 'Amounts are in units of measure that do not convert.'),
  'no-biz-step': gap('missing-data', 'The event does not say which step of business it was.'),
  'event-id-conflict': gap(
    'event-conflict',
    'One event identifier was used for different contents; this event changed nothing.',
  ),
  'error-declaration': gap('error-declaration', 'An event was declared to be an error; what it said still stands.'),
  'time-order': note('time-order', 'The times of events contradict the order in which they must have happened.'),
  'void-shipping': gap('error-declaration', 'A shipment was declared void; what it said still stands.'),
  'receipt-missing': gap('flagged', 'Goods went on from where nobody had said that they arrived.'),
  'shipped-late': note('flagged', 'A shipment was told of after its receipt, and matched with it.'),
  'packed-late': note('flagged', 'Packing was told of after the receipt of the unit.'),
  'explains-shortfall': note('flagged', 'An event that was told late explains goods that were not there before.'),
  'already-received': note('flagged', 'A receipt was told of after the goods were taken for received.'),
  'already-associated': note('flagged', 'A device was attached that was attached already.'),
  'not-associated': note('flagged', 'A device was taken off that was not attached.'),
  'returned-to-sender': note('flagged', 'Goods were taken back by whoever had sent them.'),
};

/** The meaning of a remark; one that is not known here is told by its name. */
export function meaningOf(remark: string): Meaning {
  return meanings[remark] ?? note('flagged', `Flagged on the ledger: ${remark}.`);
}

/** Remarks on events that moved nothing, and so are in no walk. */
export const unmoved: ReadonlySet<string> = new Set(['event-id-conflict', 'error-declaration', 'void-shipping']);
