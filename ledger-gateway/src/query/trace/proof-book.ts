import { eventOfDigest } from '../../projection/event-digest.ts';
import { ledgerPlace, ledgerSequence, transactionNumber } from '../../projection/ledger-sequence.ts';
import { plannedOnce, type Queryable } from '../../store/database.ts';
import { FieldReader } from './field-reader.ts';
import type { Flow } from './flow.ts';

/** The event behind a number, with the transaction and block that hold it. */
export interface Proof {
  readonly event: string;
  readonly transactionId: string;
  readonly block: number;
}

/** Transactions that are asked for at once, at least, while a walk goes on; fewer wait for the others. */
const minTransactionsPerQuery = 250;

/**
 * Proofs of events. A step of a walk has its event's digest with it; the ids of transactions are looked up while the walk goes on: the
 * database finds those of one round while this process follows the next.
 */
export class ProofBook {
  readonly #on: Queryable;
  /** Names of events by number; an empty one is still to be looked up. */
  readonly #events = new Map<number, string>();
  readonly #transactions = new Set<number>();
  readonly #answers: Promise<string>[] = [];
  readonly #nameless: number[] = [];
  #waiting: number[] = [];

  constructor(on: Queryable) {
    this.#on = on;
  }

  /** The events of some steps will be asked for. */
  ofSteps(steps: Iterable<Flow>): this {
    for (const { seq, digest } of steps) this.#add(seq, digest);
    if (this.#waiting.length >= minTransactionsPerQuery) this.#ask();
    return this;
  }

  /** Some events will be asked for, by number. */
  ofEvents(seqs: Iterable<number>): this {
    for (const seq of seqs) this.#add(seq, null);
    return this;
  }

  /** All that was asked for. An event that is not there has an empty name. */
  async whole(): Promise<(seq: number) => Proof> {
    this.#ask();
    for (const [seq, event] of await namesOf(this.#on, this.#nameless)) this.#events.set(seq, event);
    const ids = new Map<number, string>();
    for (const answer of await Promise.all(this.#answers)) {
      const fields = new FieldReader(answer);
      while (!fields.isEnd) {
        const place = { block: fields.number(), txPosition: fields.number() };
        ids.set(transactionNumber(ledgerSequence({ ...place, position: 0 })), fields.word());
      }
    }
    return (seq) => ({
      event: this.#events.get(seq) ?? '',
      transactionId: ids.get(transactionNumber(seq)) ?? '',
      block: ledgerPlace(seq).block,
    });
  }

  #add(seq: number, digest: string | null): void {
    if (this.#events.has(seq)) return;
    this.#events.set(seq, digest === null ? '' : eventOfDigest(digest));
    if (digest === null) this.#nameless.push(seq);
    const transaction = transactionNumber(seq);
    if (this.#transactions.has(transaction)) return;
    this.#transactions.add(transaction);
    this.#waiting.push(seq);
  }

  #ask(): void {
    if (this.#waiting.length === 0) return;
    const answer = transactionLines(this.#on, this.#waiting);
    // Whoever asks for the whole is told; until then nobody is there to hear of it.
    answer.catch(() => undefined);
    this.#answers.push(answer);
    this.#waiting = [];
  }
}

/** Ids of the transactions that some events are in: a line of block, position and id for each. */
async function transactionLines(on: Queryable, seqs: readonly number[]): Promise<string> {
  const places = seqs.map(ledgerPlace);
  const [row] = await on.query<{ lines: string | null }>(
    `select string_agg(concat_ws(' ', t.block, t.position, t.id), E'\\n') as lines
     from unnest($1::bigint[], $2::int[]) as w(block, position) join transactions t using (block, position)`,
    [places.map(({ block }) => block), places.map(({ txPosition }) => txPosition)],
    plannedOnce,
  );
  return row?.lines ?? '';
}

async function namesOf(on: Queryable, seqs: readonly number[]): Promise<[seq: number, event: string][]> {
  if (seqs.length === 0) return [];
  const places = seqs.map(ledgerPlace);
  const rows = await on.query<{ block: number; tx_position: number; position: number; event: string }>(
    `select e.block, e.tx_position, e.position, e.event
     from unnest($1::bigint[], $2::int[], $3::int[]) as w(block, tx_position, position)
     join events e using (block, tx_position, position)`,
    [
      places.map(({ block }) => block),
      places.map(({ txPosition }) => txPosition),
      places.map(({ position }) => position),
    ],
  );
  return rows.map(({ block, tx_position: txPosition, position, event }) => [
    ledgerSequence({ block, txPosition, position }),
    event,
  ]);
}
