import type { ItemRecord, Movement, MovementEnd, TransformationRecord } from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { at, type ChainEvent, goods, quantitiesOf, recordOf, type Some, said } from './chain-events.ts';
import type { ChainSite } from './chain-sites.ts';

/** One transaction of the chain, all of one organisation, with what else it writes to the state that answers read. */
export interface ChainTransaction {
  readonly mspId: string;
  readonly timeMs: number;
  readonly events: readonly ChainEvent[];
  readonly items: readonly ItemRecord[];
  readonly transformations: readonly TransformationRecord[];
}

/** A unit with what lies in it. */
export interface Crate {
  readonly unit: string;
  readonly contents: Some;
}

/** Events of one transaction while it is put together; others must not be open at the same time. */
export class OpenTransaction {
  readonly #site: ChainSite;
  readonly #timeMs: number;
  readonly #hash: (ahead: number) => string;
  readonly #done: (transaction: ChainTransaction) => void;
  readonly #events: ChainEvent[] = [];
  readonly #items: ItemRecord[] = [];
  readonly #transformations: TransformationRecord[] = [];

  constructor(
    site: ChainSite,
    timeMs: number,
    hash: (ahead: number) => string,
    done: (transaction: ChainTransaction) => void,
  ) {
    this.#site = site;
    this.#timeMs = timeMs;
    this.#hash = hash;
    this.#done = done;
  }

  nextHash(): string {
    return this.#hash(this.#events.length);
  }

  add(event: NormalisedEvent, effect: Parameters<typeof recordOf>[3]): void {
    const where = { position: this.#events.length, recordedAtMs: this.#timeMs };
    this.#events.push({ event, record: recordOf(this.nextHash(), event, this.#site, effect, where) });
  }

  item({ item, origin }: Some, event: string, atMs: number): void {
    const { mspId, gln: place } = this.#site;
    this.#items.push({ schema: 1, item, origin, mspId, place, event, atMs });
  }

  transformation(record: TransformationRecord): void {
    this.#transformations.push(record);
  }

  /** Packs into a unit that comes into being by it. */
  pack(unit: string, units: readonly string[], lots: readonly Some[], atMs: number): void {
    const into: MovementEnd = { at: 'unit', unit };
    const here = at(this.#site);
    const movements: Movement[] = [
      { unit, from: { at: 'outside' }, to: here },
      ...units.map((child): Movement => ({ unit: child, from: here, to: into })),
      ...lots.map((some) => goods(some, here, into)),
    ];
    this.#aggregation('ADD', unit, { epcs: units, lots, bizStep: 'packing', atMs }, movements);
  }

  unpackUnits(unit: string, crates: readonly Crate[], atMs: number): void {
    const from: MovementEnd = { at: 'unit', unit };
    const children = crates.map((crate) => crate.unit);
    const movements = children.map((child): Movement => ({ unit: child, from, to: at(this.#site) }));
    this.#aggregation('DELETE', unit, { epcs: children, lots: [], bizStep: 'unpacking', atMs }, movements);
  }

  unpackGoods(unit: string, contents: Some, atMs: number): void {
    const movements = [goods(contents, { at: 'unit', unit }, at(this.#site))];
    this.#aggregation('DELETE', unit, { epcs: [], lots: [contents], bizStep: 'unpacking', atMs }, movements);
  }

  remove(some: Some, how: 'sold' | 'destroyed', atMs: number): void {
    const isSale = how === 'sold';
    this.add(
      {
        type: 'ObjectEvent',
        action: isSale ? 'OBSERVE' : 'DELETE',
        epcs: [],
        quantities: quantitiesOf([some]),
        ...said(this.#site, atMs, { bizStep: isSale ? 'retail_selling' : 'destroying', disposition: 'inactive' }),
      },
      { movements: [goods(some, at(this.#site), { at: 'gone', how })] },
    );
  }

  /** A crate with what is in it. */
  destroy({ unit, contents }: Crate, atMs: number): void {
    const gone: MovementEnd = { at: 'gone', how: 'destroyed' };
    this.add(
      {
        type: 'ObjectEvent',
        action: 'DELETE',
        epcs: [unit],
        quantities: [],
        ...said(this.#site, atMs, { bizStep: 'destroying', disposition: 'inactive' }),
      },
      {
        movements: [{ unit, from: at(this.#site), to: gone }, goods(contents, { at: 'unit', unit }, gone)],
      },
    );
  }

  close(): void {
    this.#done({
      mspId: this.#site.mspId,
      timeMs: this.#timeMs,
      events: this.#events,
      items: this.#items,
      transformations: this.#transformations,
    });
  }

  #aggregation(
    action: 'ADD' | 'DELETE',
    unit: string,
    what: {
      readonly epcs: readonly string[];
      readonly lots: readonly Some[];
      readonly bizStep: 'packing' | 'unpacking';
      readonly atMs: number;
    },
    movements: readonly Movement[],
  ): void {
    this.add(
      {
        type: 'AggregationEvent',
        action,
        parent: unit,
        childEpcs: what.epcs,
        childQuantities: quantitiesOf(what.lots),
        ...said(this.#site, what.atMs, { bizStep: what.bizStep, disposition: 'in_progress' }),
      },
      { movements },
    );
  }
}
