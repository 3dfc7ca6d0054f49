import type { MovementRow } from '../../../ledger-gateway/src/projection/block-changes.ts';
import { foldBlock } from '../../../ledger-gateway/src/projection/fold-block.ts';
import { type CaptureRows, foldEvent } from '../../../ledger-gateway/src/projection/fold-capture.ts';
import { foldFlows, namedIn } from '../../../ledger-gateway/src/projection/fold-flows.ts';
import { foldPresences, type PresenceRow } from '../../../ledger-gateway/src/projection/fold-presences.ts';
import { foldRemarks } from '../../../ledger-gateway/src/projection/fold-remarks.ts';
import { ledgerSequence } from '../../../ledger-gateway/src/projection/ledger-sequence.ts';
import { columns, type DerivedTable, type RowOf } from '../../../ledger-gateway/src/projection/rows.ts';
import { registryBlock, transactionId, transactionsPerBlock } from './chain-blocks.ts';
import type { Chain } from './grow-chain.ts';
import type { ChainTransaction } from './open-transaction.ts';

export type ChainRows = Partial<Record<DerivedTable, readonly object[]>>;

/**
 * The projection's rows of a whole chain, block by block, in their final form: what applying the blocks one by one would have
 * left. The rows come out of the projection's own folds; kept in memory here is what those read of the database. The EPCIS
 * index and the worklist are left out, and so is the state of what is held, because no trace reads them.
 */
export class ChainFold {
  readonly #things = new Map<string, number>();
  readonly #shipments = new Map<string, number>();
  readonly #open = new Map<string, PresenceRow[]>();
  #nextPresence = 1;
  #blockTimeMs = 0;
  #height = 0;

  async *rows(chain: Chain, startMs: number): AsyncGenerator<ChainRows> {
    const { block, transactions, state } = await foldBlock(registryBlock(chain.sites, startMs));
    yield { blocks: [block], transactions, state };
    this.#height = 1;
    this.#blockTimeMs = startMs;
    let gathered: ChainTransaction[] = [];
    for (const transaction of chain.grow()) {
      gathered.push(transaction);
      if (gathered.length < transactionsPerBlock) continue;
      yield this.#block(gathered);
      gathered = [];
    }
    if (gathered.length > 0) yield this.#block(gathered);
    yield { presences: [...this.#open.values()].flat() };
  }

  /** What the checkpoint says after the last block. */
  get checkpoint() {
    return { height: this.#height, blockTimeMs: this.#blockTimeMs };
  }

  #block(transactions: readonly ChainTransaction[]): ChainRows {
    const block = this.#height++;
    const timeMs = Math.max(...transactions.map((transaction) => transaction.timeMs));
    this.#blockTimeMs = Math.max(this.#blockTimeMs, timeMs);
    const rows: Omit<CaptureRows, 'indexed'> = {
      events: [],
      eventItems: [],
      items: [],
      movements: [],
      associations: [],
    };
    for (const [txPosition, { events }] of transactions.entries()) {
      const where = { block, txPosition, id: transactionId(block, txPosition) };
      for (const { record, event } of events) foldEvent(rows, where, record, event);
    }
    const items = this.#number(rows.items);
    const numbered = rows.events.map((event) => ({ ...event, seq: sequenceOf(event) }));
    const flows = foldFlows(rows.movements, {
      things: this.#things,
      events: this.#eventNumbers(rows.movements, numbered),
    });
    return {
      blocks: [{ number: block, time_ms: timeMs, transactions: transactions.length, valid: transactions.length }],
      transactions: transactions.map(({ mspId, timeMs: time_ms }, position) => ({
        block,
        position,
        id: transactionId(block, position),
        name: 'provenance:Capture',
        msp_id: mspId,
        time_ms,
        code: 0,
      })),
      state: transactions.flatMap((transaction, position) => stateRows(transaction, block, position)),
      events: rows.events,
      event_items: rows.eventItems,
      items,
      movements: rows.movements,
      flows,
      remarks: foldRemarks(numbered, rows.eventItems, this.#things),
      presences: this.#presences(rows.movements),
    };
  }

  #number(mentions: readonly RowOf<'items'>[]): RowOf<'items'>[] {
    const fresh: RowOf<'items'>[] = [];
    for (const row of mentions) {
      const item = row.item as string;
      if (this.#things.has(item)) continue;
      this.#things.set(item, this.#things.size + 1);
      fresh.push({ ...row, number: this.#things.size });
    }
    return fresh;
  }

  #eventNumbers(
    movements: readonly MovementRow[],
    events: readonly { readonly event: string | null; readonly seq: number }[],
  ): ReadonlyMap<string, number> {
    const wanted = namedIn(movements).events;
    const numbers = new Map<string, number>();
    for (const { event, seq } of events) if (wanted.has(event as string)) numbers.set(event as string, seq);
    for (const id of wanted) {
      const known = this.#shipments.get(id);
      if (known !== undefined) numbers.set(id, known);
    }
    for (const { to_at, to_id, from_at, from_id } of movements) {
      // A shipment of the chain arrives at once or never.
      if (to_at === 'transit') this.#shipments.set(to_id as string, numbers.get(to_id as string) ?? 0);
      if (from_at === 'transit') this.#shipments.delete(from_id as string);
    }
    return numbers;
  }

  #presences(movements: readonly MovementRow[]): PresenceRow[] {
    const subjects = new Set(movements.map(({ subject }) => subject));
    const open = [...subjects].flatMap((subject) => this.#open.get(subject) ?? []);
    const changed = foldPresences(movements, open, this.#nextPresence);
    const ended: PresenceRow[] = [];
    for (const row of changed) {
      this.#nextPresence = Math.max(this.#nextPresence, row.id + 1);
      const others = (this.#open.get(row.subject) ?? []).filter(({ id }) => id !== row.id);
      if (row.to_event === null) others.push(row);
      else ended.push(row);
      if (others.length > 0) this.#open.set(row.subject, others);
      else this.#open.delete(row.subject);
    }
    return ended;
  }
}

function sequenceOf({ block, tx_position, position }: RowOf<'events'>): number {
  return ledgerSequence({ block: block ?? 0, txPosition: tx_position ?? 0, position: position ?? 0 });
}

function stateRows(transaction: ChainTransaction, block: number, position: number): RowOf<'state'>[] {
  const row = (kind: string, key: string, record: unknown): RowOf<'state'> => ({
    kind,
    key,
    attributes: [key],
    record,
    block,
    transaction_id: transactionId(block, position),
  });
  return [
    ...transaction.items.map((record) => row('item', record.item, record)),
    ...transaction.transformations.map((record) => row('transformation', record.id, record)),
  ];
}

/** Columns of a derived table in the order in which they are copied. */
export function copiedColumns(table: DerivedTable): readonly (readonly [name: string, type: string])[] {
  return Object.entries(columns[table]);
}
