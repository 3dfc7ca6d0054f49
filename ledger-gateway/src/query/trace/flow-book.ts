import { flowEnds } from '../../projection/flow-ends.ts';
import { plannedOnce, type Queryable } from '../../store/database.ts';
import { type Flow, flowLine, parseFlows } from './flow.ts';
import { maxTraceFlows } from './trace-limits.ts';

/** What is still to be read: things by number, and all goods that went into or came out of transformations. */
export interface Wanted {
  readonly subjects: Iterable<number>;
  readonly madeBy: Iterable<number>;
  readonly usedBy: Iterable<number>;
}

/** Flows of things, each read once and whole, in the order of the ledger. Several walks can share a book. */
export class FlowBook {
  readonly #on: Queryable;
  readonly #flows = new Map<number, readonly Flow[]>();
  readonly #made = new Map<number, Set<number>>();
  readonly #used = new Map<number, Set<number>>();
  readonly #expanded = { made: new Set<number>(), used: new Set<number>() };
  #count = 0;
  #isCut = false;

  constructor(on: Queryable) {
    this.#on = on;
  }

  /** Whether some flows were left out because there are more than `maxTraceFlows`. */
  get isCut(): boolean {
    return this.#isCut;
  }

  get size(): number {
    return this.#count;
  }

  has(subject: number): boolean {
    return this.#flows.has(subject);
  }

  flowsOf(subject: number): readonly Flow[] {
    return this.#flows.get(subject) ?? [];
  }

  /** Goods that came out of a transformation, or went into it, as far as they have been read. */
  made(transformation: number): ReadonlySet<number> {
    return this.#made.get(transformation) ?? none;
  }
  used(transformation: number): ReadonlySet<number> {
    return this.#used.get(transformation) ?? none;
  }

  /** Reads what is wanted and not here, in one round trip. */
  async read({ subjects, madeBy, usedBy }: Wanted): Promise<void> {
    const things = [...new Set(subjects)].filter((subject) => !this.#flows.has(subject));
    const made = fresh(madeBy, this.#expanded.made);
    const used = fresh(usedBy, this.#expanded.used);
    if (things.length + made.length + used.length === 0 || this.#isCut) return;
    const limit = maxTraceFlows - this.#count;
    const [row] = await this.#on.query<{ flows: string | null; n: number }>(
      `select string_agg(${flowLine}, E'\\n') as flows, count(*) as n from (
         select * from (${[
           'select f.* from flows f where f.subject = any($1::bigint[])',
           ...(made.length > 0 ? [partners('from', '$2')] : []),
           ...(used.length > 0 ? [partners('to', '$3')] : []),
         ].join(' union all ')}) all_flows limit $4
       ) f where cardinality($2::bigint[]) + cardinality($3::bigint[]) >= 0`,
      [things, made, used, limit + 1],
      plannedOnce,
    );
    for (const subject of things) this.#flows.set(subject, []);
    this.#isCut = (row?.n ?? 0) > limit;
    this.#put(parseFlows(row?.flows ?? '').slice(0, limit));
  }

  #put(flows: Flow[]): void {
    // The order of the answer follows from this one, whatever way the database took.
    const inOrder = flows.sort((a, b) => a.subject - b.subject || a.seq - b.seq || a.step - b.step);
    for (const [subject, all] of Map.groupBy(inOrder, (flow) => flow.subject)) {
      if (this.flowsOf(subject).length > 0) continue;
      const sorted = distinct(all);
      this.#flows.set(subject, sorted);
      this.#count += sorted.length;
      for (const flow of sorted) {
        if (flow.fromAt === flowEnds.transformation) add(this.#made, flow.fromId, subject);
        if (flow.toAt === flowEnds.transformation) add(this.#used, flow.toId, subject);
      }
    }
  }
}

/** All flows of the goods at one side of transformations. */
function partners(side: 'from' | 'to', parameter: string): string {
  return `select f.* from (select distinct t.subject from flows t
            where t.${side}_at = ${flowEnds.transformation} and t.${side}_id = any(${parameter}::bigint[])) s
          join flows f on f.subject = s.subject`;
}

function fresh(wanted: Iterable<number>, known: Set<number>): number[] {
  const missing = [...new Set(wanted)].filter((each) => !known.has(each));
  for (const each of missing) known.add(each);
  return missing;
}

/** A thing can be wanted in two ways at once. */
function distinct(sorted: readonly Flow[]): Flow[] {
  return sorted.filter((flow, index) => {
    const before = sorted[index - 1];
    return before?.seq !== flow.seq || before.step !== flow.step;
  });
}

function add(map: Map<number, Set<number>>, key: number, value: number): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

const none: ReadonlySet<number> = new Set();
