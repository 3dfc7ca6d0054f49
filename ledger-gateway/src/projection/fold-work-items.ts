import { createHash } from 'node:crypto';
import {
  type DiscrepancyRecord,
  type EventFlag,
  type EventRecord,
  noAttribute,
  type Remark,
  type StateWrite,
  type TransitRecord,
  type UnitRecord,
} from '@hopline/protocol';
import type { TransactionFacts } from '../ledger/block-facts.ts';
import type { RowOf } from './rows.ts';
import { type WorkItemKind, workItemKinds } from './work-item-kinds.ts';

/** A work item that is there from now on as it is here, or one that the ledger has closed. */
export type WorkItemChange =
  | { readonly id: string; readonly row: RowOf<'work_items'> }
  | { readonly id: string; readonly row: null; readonly block: number; readonly transactionId: string };

/** Flags that a record of its own tells more of: the discrepancy, which later receipts bring up to date. */
const toldByRecords: ReadonlySet<EventFlag> = new Set<EventFlag>(['received-short', 'received-over']);

interface Where {
  readonly block: number;
  readonly transaction: TransactionFacts;
}

/** What a transaction's events and records say that somebody should look at, and what they put right. */
export function foldWorkItems(
  block: number,
  transaction: TransactionFacts,
  records: readonly EventRecord[],
  writes: readonly StateWrite[],
): WorkItemChange[] {
  const where = { block, transaction };
  return [
    ...records.flatMap((record) => flagged(record, firstWithId(record, writes), where)),
    ...writes.flatMap((write) => told(write, where)),
  ];
}

/** The changes of a block, each work item once: as it is in the end. */
export function lastWorkItems(changes: readonly WorkItemChange[]): WorkItemChange[] {
  const last = new Map<string, WorkItemChange>();
  for (const change of changes) {
    const before = last.get(change.id);
    if (change.row || !before?.row) last.set(change.id, change);
    else {
      const closed = { closed_block: change.block, closed_transaction: change.transactionId };
      last.set(change.id, { id: change.id, row: { ...before.row, ...closed } });
    }
  }
  return [...last.values()];
}

/** The event that an id belongs to which a later event uses again; `null` where the ledger lists no more of those. */
function firstWithId({ mspId, eventId }: EventRecord, writes: readonly StateWrite[]): string | null {
  const known = writes.flatMap((write) => (write.kind === 'event-id' && write.record ? [write.record] : []));
  return known.find((each) => each.mspId === mspId && each.eventId === eventId)?.first.event ?? null;
}

function flagged(record: EventRecord, first: string | null, where: Where): WorkItemChange[] {
  const remarks = record.remarks ?? [];
  const plain = record.flags.filter((flag) => !toldByRecords.has(flag) && !remarks.some((each) => each.flag === flag));
  return [
    ...plain.map((flag) => open(flag, null, record, null, flag === 'event-id-conflict' ? first : null, where)),
    ...remarks.map((remark) => open(remark.flag, remark.subject, record, remark, remark.ref, where)),
  ];
}

function open(
  flag: EventFlag,
  subject: string | null,
  record: EventRecord,
  remark: Remark | null,
  ref: string | null,
  where: Where,
): WorkItemChange {
  const declaration = record.declaration ?? noAttribute;
  const numbers = remark && {
    booked: remark.booked,
    stated: remark.stated,
    bookedMs: remark.bookedMs,
    statedMs: remark.statedMs,
  };
  return put(flag, flagId(flag, record.event, declaration, subject), where, {
    subject: subject ?? onlyThing(record),
    place: record.place,
    msp_id: record.mspId,
    event: record.event,
    declaration,
    ref,
    at_ms: record.eventTimeMs,
    details: { ...numbers, eventId: record.eventId, bizStep: record.bizStep, outcome: record.outcome },
  });
}

/** What an event moves, where that is one thing: then a mark of the whole event is about it. */
function onlyThing({ movements }: EventRecord): string | null {
  const [first, ...others] = new Set(movements.map((each) => ('unit' in each ? each.unit : each.item)));
  return first === undefined || others.length > 0 ? null : first;
}

/** What records say that are brought up to date by later events. */
function told(write: StateWrite, where: Where): WorkItemChange[] {
  switch (write.kind) {
    case 'discrepancy':
      return write.record ? difference(write.record, where) : [];
    case 'transit': {
      const id = workItemId('overdue-shipment', ...write.attributes);
      return [write.record ? onTheWay(id, write.record, where) : close(id, where)];
    }
    case 'unit': {
      const [unit] = write.attributes;
      const id = workItemId('overdue-shipment', unit);
      return [write.record?.location.at === 'transit' ? unitOnTheWay(id, write.record, where) : close(id, where)];
    }
    case 'early': {
      const [, item, receipt] = write.attributes;
      return write.record ? [] : [close(flagId('received-early', receipt, noAttribute, item), where)];
    }
    case 'shortfall': {
      const [, item, event] = write.attributes;
      const explained = !write.record || write.record.open === '0';
      const received = !write.record || write.record.assumed === '0';
      return [
        ...(explained ? ['not-held' as const, 'units-differ' as const] : []),
        ...(received ? ['receipt-missing' as const] : []),
      ].map((flag) => close(flagId(flag, event, noAttribute, item), where));
    }
    default:
      return [];
  }
}

/** Other kinds of discrepancy have a remark of their own at the event. */
function difference(record: DiscrepancyRecord, where: Where): WorkItemChange[] {
  const { shipment, item, kind, sent, received, uom } = record;
  const id = workItemId('discrepancy', shipment, item);
  if (kind !== 'short' && kind !== 'over') return [close(id, where)];
  return [
    put(kind === 'short' ? 'received-short' : 'received-over', id, where, {
      subject: item,
      place: record.to,
      other_place: record.from,
      msp_id: record.receiver,
      other_msp: record.sender,
      event: record.event,
      declaration: noAttribute,
      ref: shipment,
      at_ms: record.atMs,
      details: { booked: { amount: sent, uom }, stated: { amount: received, uom } },
    }),
  ];
}

function onTheWay(id: string, record: TransitRecord, where: Where): WorkItemChange {
  const { item, shipment, from, to, sent, amount, uom, custodian, sentAtMs } = record;
  return put('overdue-shipment', id, where, {
    subject: item,
    place: to,
    other_place: from,
    msp_id: custodian,
    event: shipment,
    declaration: noAttribute,
    ref: null,
    at_ms: sentAtMs,
    details: { booked: { amount: sent, uom }, outstanding: { amount, uom } },
  });
}

function unitOnTheWay(id: string, record: UnitRecord, where: Where): WorkItemChange {
  const { unit, location, custodian, sinceMs } = record;
  if (location.at !== 'transit') throw new Error('the unit is not on the way');
  return put('overdue-shipment', id, where, {
    subject: unit,
    place: location.to,
    other_place: location.from,
    msp_id: custodian ?? '',
    event: location.shipment,
    declaration: noAttribute,
    ref: null,
    at_ms: sinceMs,
    details: { items: record.items.length, units: record.units.length },
  });
}

type Parts = Omit<RowOf<'work_items'>, 'id' | 'kind' | 'severity' | keyof typeof filled> & Partial<typeof filled>;

const filled = {
  other_place: null as string | null,
  other_msp: null as string | null,
  block: 0 as number | null,
  transaction_id: '' as string | null,
  recorded_ms: 0 as number | null,
  closed_block: null as number | null,
  closed_transaction: null as string | null,
};

function put(kind: WorkItemKind, id: string, { block, transaction }: Where, parts: Parts): WorkItemChange {
  const { severity } = workItemKinds[kind];
  const at = { block, transaction_id: transaction.id, recorded_ms: transaction.timeMs };
  return { id, row: { ...filled, ...parts, ...at, id, kind, severity } };
}

function close(id: string, { block, transaction }: Where): WorkItemChange {
  return { id, row: null, block, transactionId: transaction.id };
}

function flagId(flag: EventFlag, event: string, declaration: string, subject: string | null): string {
  return workItemId('flag', flag, event, declaration, ...(subject === null ? [] : [subject]));
}

/** A name that fits an address and says the same after every rebuild: 132 bits of a SHA-256. */
function workItemId(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
