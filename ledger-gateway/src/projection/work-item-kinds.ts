import type { EventFlag } from '@hopline/protocol';

/**
 * How much a work item matters: `act`, the books are wrong or somebody is waiting; `look`, somebody should make sure;
 * `info`, it is marked and in order.
 */
export type Severity = 'act' | 'look' | 'info';

export type WorkItemKind = EventFlag | 'overdue-shipment';

/** What each kind says, and how much it matters. */
export const workItemKinds: Readonly<Record<WorkItemKind, { readonly severity: Severity; readonly title: string }>> = {
  'declared-origin': { severity: 'info', title: 'Goods entered from outside the network by a declaration' },
  'event-id-conflict': {
    severity: 'act',
    title: 'An event id was used again for other content, which changed nothing',
  },
  'error-declaration': { severity: 'act', title: 'An event was declared wrong; the books still hold it' },
  'void-shipping': { severity: 'act', title: 'A shipment was declared void; the books still hold it' },
  'receiver-outside': { severity: 'look', title: 'Goods were shipped to a place that is not registered' },
  'received-short': { severity: 'act', title: 'Less was received than was shipped' },
  'received-over': { severity: 'act', title: 'More was received than was shipped' },
  'returned-to-sender': { severity: 'info', title: 'A sender took its own goods back' },
  'yield-unknown': {
    severity: 'info',
    title: 'The yield of a transformation cannot be told from its units of measure',
  },
  'already-associated': { severity: 'look', title: 'A device was attached that was attached already' },
  'not-associated': { severity: 'look', title: 'A device was taken off that was not attached' },
  'not-held': { severity: 'act', title: 'Goods were moved or used that were not there, or not enough of them' },
  'received-early': { severity: 'act', title: 'Goods were received that nobody has shipped' },
  'mass-balance': { severity: 'act', title: 'A transformation gave more than went into it' },
  'units-differ': { severity: 'act', title: 'Amounts are in units of measure that do not convert' },
  'receipt-missing': { severity: 'look', title: 'Goods went on that were never received' },
  'shipped-late': { severity: 'info', title: 'A shipment was told of after its receipt, and matched with it' },
  'packed-late': { severity: 'info', title: 'Packing was told of after the receipt of the unit' },
  'explains-shortfall': { severity: 'info', title: 'An event told late explains an earlier shortfall' },
  'already-received': { severity: 'info', title: 'A receipt was told of after the goods were taken for received' },
  'time-order': { severity: 'look', title: 'An event is dated before what it builds on' },
  'contents-differ': { severity: 'act', title: 'Other contents were stated for a unit than the books have' },
  'refused-by-receiver': { severity: 'act', title: 'The receiver sent goods back without taking them over' },
  'overdue-shipment': { severity: 'act', title: 'A shipment was never received, or not all of it' },
};
