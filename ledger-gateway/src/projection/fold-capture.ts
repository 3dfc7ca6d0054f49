import {
  type EventRecord,
  fromBase64Url,
  type Movement,
  type MovementEnd,
  noAttribute,
  parseCapture,
} from '@hopline/protocol';
import { type NormalisedEvent, normalise, parseDocument } from '@hopline/protocol/epcis';
import { type IndexedEvent, indexEvent } from '../epcis/index/index-event.ts';
import type { TransactionFacts } from '../ledger/block-facts.ts';
import type { AssociationChange, MovementRow } from './block-changes.ts';
import { itemRow } from './item-row.ts';
import { ledgerSequence } from './ledger-sequence.ts';
import type { RowOf } from './rows.ts';

export interface CaptureRows {
  readonly events: RowOf<'events'>[];
  readonly eventItems: RowOf<'event_items'>[];
  readonly items: RowOf<'items'>[];
  readonly movements: MovementRow[];
  readonly associations: AssociationChange[];
  readonly indexed: IndexedEvent[];
}

/**
 * Rows of the events that a capture brought onto the ledger. What became of each is in the records that the chaincode
 * wrote; what it says is in the captured document, at the record's position.
 */
export function foldCapture(
  block: number,
  transaction: TransactionFacts,
  statement: string,
  records: readonly EventRecord[],
): CaptureRows {
  const document = parseDocument(parseCapture(fromBase64Url(statement)).document);
  const rows: CaptureRows = { events: [], eventItems: [], items: [], movements: [], associations: [], indexed: [] };
  for (const record of records) {
    const parsed = document.events[record.position];
    if (!parsed) throw new Error(`the document has no event at ${record.position}`);
    rows.indexed.push(indexEvent(parsed, record));
    foldEvent(rows, { block, txPosition: transaction.position, id: transaction.id }, record, normalise(parsed.event));
  }
  return rows;
}

/** Adds the rows of one event, which a transaction brought onto the ledger, all but those of the EPCIS index. */
export function foldEvent(
  rows: Omit<CaptureRows, 'indexed'>,
  { block, txPosition, id }: { readonly block: number; readonly txPosition: number; readonly id: string },
  record: EventRecord,
  event: NormalisedEvent,
): void {
  const declaration = record.declaration ?? noAttribute;
  rows.events.push({
    event: record.event,
    declaration,
    event_id: record.eventId,
    type: record.type,
    action: 'action' in event ? event.action : null,
    biz_step: event.bizStep,
    disposition: event.disposition,
    time_ms: record.eventTimeMs,
    place: record.place,
    msp_id: record.mspId,
    signer: record.signer,
    outcome: record.outcome,
    flags: record.flags,
    document: event,
    recorded_ms: record.recordedAtMs,
    block,
    tx_position: txPosition,
    position: record.position,
    transaction_id: id,
  });
  for (const [position, { role, item, amount, uom }] of itemsOf(event).entries()) {
    rows.eventItems.push({ event: record.event, declaration, role, position, item, amount, uom });
    rows.items.push(itemRow(item, record.event, record.eventTimeMs));
  }
  const seq = ledgerSequence({ block, txPosition, position: record.position });
  rows.movements.push(...record.movements.map((movement, position) => movementRow(movement, position, record, seq)));
  if (record.outcome === 'applied') rows.associations.push(...associationsOf(event, record));
}

interface Mention {
  readonly role: 'object' | 'parent' | 'child' | 'input' | 'output';
  readonly item: string;
  readonly amount: string | null;
  readonly uom: string | null;
}

/** What an event speaks of, in the order in which it says it. */
export function itemsOf(event: NormalisedEvent): Mention[] {
  const one = (role: Mention['role']) => (item: string) => ({ role, item, amount: null, uom: null });
  const some =
    (role: Mention['role']) =>
    ({ epcClass, amount, uom }: { epcClass: string; amount: string | null; uom: string | null }) => ({
      role,
      item: epcClass,
      amount,
      uom,
    });
  switch (event.type) {
    case 'TransformationEvent':
      return [
        ...event.inputEpcs.map(one('input')),
        ...event.inputQuantities.map(some('input')),
        ...event.outputEpcs.map(one('output')),
        ...event.outputQuantities.map(some('output')),
      ];
    case 'AggregationEvent':
    case 'AssociationEvent':
      return [
        ...(event.parent === null ? [] : [event.parent]).map(one('parent')),
        ...event.childEpcs.map(one('child')),
        ...event.childQuantities.map(some('child')),
      ];
    case 'ObjectEvent':
    case 'TransactionEvent':
      return [
        ...('parent' in event && event.parent !== null ? [event.parent] : []).map(one('parent')),
        ...event.epcs.map(one('object')),
        ...event.quantities.map(some('object')),
      ];
  }
}

/** A movement of an event as a row; `seq` is the event's number in the order of the ledger. */
export function movementRow(movement: Movement, position: number, record: EventRecord, seq: number): MovementRow {
  const isUnit = 'unit' in movement;
  const transit = [movement.from, movement.to].find((end) => end.at === 'transit');
  return {
    event: record.event,
    position,
    subject: isUnit ? movement.unit : movement.item,
    is_unit: isUnit,
    amount: isUnit ? null : movement.amount,
    uom: isUnit ? null : movement.uom,
    origin: isUnit ? null : movement.origin,
    from_at: movement.from.at,
    from_id: endId(movement.from),
    to_at: movement.to.at,
    to_id: endId(movement.to),
    transit_from: transit?.from ?? null,
    transit_to: transit?.to ?? null,
    time_ms: record.eventTimeMs,
    seq,
  };
}

function endId(end: MovementEnd): string | null {
  switch (end.at) {
    case 'place':
      return end.place;
    case 'unit':
      return end.unit;
    case 'transit':
    case 'difference':
      return end.shipment;
    case 'early':
      return end.receipt;
    case 'transformation':
      return end.id;
    case 'gone':
      return end.how;
    case 'outside':
      return null;
  }
}

function associationsOf(event: NormalisedEvent, record: EventRecord): AssociationChange[] {
  if (event.type !== 'AssociationEvent' || event.action === 'OBSERVE') return [];
  return [
    {
      action: event.action === 'ADD' ? 'join' : 'part',
      parent: event.parent,
      children: [...event.childEpcs, ...event.childQuantities.map((quantity) => quantity.epcClass)],
      event: record.event,
      timeMs: record.eventTimeMs,
    },
  ];
}
