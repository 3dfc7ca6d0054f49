import type { MovementEnd } from '@hopline/protocol';
import type { NormalisedCommon } from '@hopline/protocol/epcis';
import { companyPrefix, lotLink, placeLink, sscc, unitLink } from '../../../infra/story/keys.ts';
import { at, chainHash, goods, lineOf, quantitiesOf, type Some, said } from './chain-events.ts';
import { ChainRng } from './chain-rng.ts';
import { type ChainSite, type ChainSites, chainProducts, chainSites } from './chain-sites.ts';
import { type ChainTransaction, type Crate, OpenTransaction } from './open-transaction.ts';
import { TaskQueue } from './task-queue.ts';

export interface ChainSize {
  readonly seed: number;
  /** Events at least; the last transaction may go a little beyond. */
  readonly events: number;
  readonly startMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * A chain of fresh food in the shape that such chains have: farms ship lots to packhouses, which pool several into a few packed
 * lots; these go in crates on pallets to warehouses and kitchens. Kitchens make dishes of many lots, some of them out of a silo
 * that lasts for weeks: that is where large graphs come from. Warehouses re-pack crates of many lots onto pallets for
 * stores, which unpack, sell, throw away, and send some back. It happens by its own clock, in the order of time.
 */
export class Chain {
  readonly sites: ChainSites;
  readonly #size: ChainSize;
  readonly #rng: ChainRng;
  readonly #queue = new TaskQueue();
  readonly #out: ChainTransaction[] = [];
  /** Raw lots that lie at a packhouse, and whatever lies at a kitchen. */
  readonly #stock = new Map<ChainSite, Some[]>();
  readonly #silos = new Map<ChainSite, Some[]>();
  readonly #crates = new Map<ChainSite, Crate[]>();
  #events = 0;
  #lots = 0;
  #units = 0;

  constructor(size: ChainSize) {
    this.#size = size;
    this.#rng = new ChainRng(size.seed);
    this.sites = chainSites(size.events);
  }

  /** Transactions in the order of time, until there are as many events as were asked for. */
  *grow(): Generator<ChainTransaction> {
    const { sites } = this;
    for (const packer of sites.packers) this.#daily(packer, (nowMs) => this.#harvest(packer, nowMs));
    for (const kitchen of sites.processors) {
      this.#daily(kitchen, (nowMs) => this.#cook(kitchen, nowMs));
      this.#queue.plan(this.#size.startMs, (nowMs) => this.#fillSilo(kitchen, nowMs));
    }
    for (const centre of sites.centres) this.#daily(centre, (nowMs) => this.#dispatch(centre, nowMs));
    while (this.#events < this.#size.events && this.#queue.runNext()) yield* this.#out.splice(0);
  }

  #daily(_site: ChainSite, run: (nowMs: number) => void): void {
    const again = (nowMs: number) => {
      run(nowMs);
      this.#queue.plan(nowMs + dayMs, again);
    };
    this.#queue.plan(this.#size.startMs + this.#rng.whole(0, dayMs - 1), again);
  }

  #later(nowMs: number, leastHours: number, mostHours: number, run: (nowMs: number) => void): void {
    this.#queue.plan(nowMs + this.#rng.whole(leastHours * 60, mostHours * 60) * 60_000, run);
  }

  #harvest(packer: ChainSite, nowMs: number): void {
    const farms = this.#rng.chance(0.04) ? this.#rng.whole(10, 20) : this.#rng.whole(1, 5);
    const product = this.#rng.one(chainProducts.raw);
    for (let count = 0; count < farms; count++) {
      const farm = this.#rng.one(this.sites.farms);
      const lot = this.#newLot(product, this.#rng.whole(300, 900), 'declared');
      this.#bringIn(farm, lot, [packer, this.#rng.chance(0.1) ? this.#rng.one(this.sites.packers) : packer], nowMs);
    }
    this.#later(nowMs, 20, 30, (thenMs) => this.#pool(packer, thenMs));
  }

  #fillSilo(kitchen: ChainSite, nowMs: number): void {
    const lot = this.#newLot(this.#rng.one(chainProducts.bulk), this.#rng.whole(8_000, 30_000), 'declared');
    this.#bringIn(this.#rng.one(this.sites.farms), lot, [kitchen], nowMs);
  }

  /** A farm's lot comes onto the ledger, is sent, in two parts to two receivers if need be, and arrives. */
  #bringIn(farm: ChainSite, lot: Some, receivers: readonly ChainSite[], nowMs: number): void {
    const entry = this.#hash(0);
    const into = [...new Set(receivers)];
    const tx = this.#transaction(farm, nowMs + 2 * hourMs);
    tx.add(
      {
        type: 'ObjectEvent',
        action: 'ADD',
        epcs: [],
        quantities: quantitiesOf([lot]),
        ...said(farm, nowMs, { bizStep: 'commissioning', disposition: 'active' }),
      },
      { movements: [goods(lot, { at: 'outside' }, at(farm))], flags: ['declared-origin'] },
    );
    tx.item(lot, entry, nowMs);
    const half = Math.floor(lot.kilograms / into.length);
    for (const [index, receiver] of into.entries()) {
      const part = { ...lot, kilograms: index === 0 ? lot.kilograms - half * (into.length - 1) : half };
      this.#shipGoods(tx, part, farm, receiver, nowMs + 2 * hourMs);
    }
    tx.close();
  }

  #shipGoods(tx: OpenTransaction, part: Some, from: ChainSite, to: ChainSite, nowMs: number): void {
    const shipment = tx.nextHash();
    const way: MovementEnd = { at: 'transit', shipment, from: from.gln, to: to.gln };
    tx.add(
      {
        type: 'ObjectEvent',
        action: 'OBSERVE',
        epcs: [],
        quantities: quantitiesOf([part]),
        ...said(from, nowMs, sending(to)),
      },
      { movements: [goods(part, at(from), way)] },
    );
    const received = this.#rng.chance(0.02) ? part.kilograms - 1 - (part.kilograms >> 6) : part.kilograms;
    const arrived = { ...part, kilograms: received };
    // Some never arrive, or nobody says so.
    if (this.#rng.chance(0.002)) return;
    this.#later(nowMs, 2, 9, (thenMs) => {
      const here = this.#transaction(to, thenMs);
      here.add(
        {
          type: 'ObjectEvent',
          action: 'OBSERVE',
          epcs: [],
          quantities: quantitiesOf([arrived]),
          ...said(to, thenMs, receiving),
        },
        {
          movements: [goods(arrived, way, at(to))],
          ...(received < part.kilograms ? { flags: ['received-short' as const] } : {}),
        },
      );
      here.close();
      const stock = isBulk(arrived.item) ? this.#silos : this.#stock;
      of(stock, to).push(arrived);
    });
  }

  #pool(packer: ChainSite, nowMs: number): void {
    const stock = of(this.#stock, packer);
    if (stock.length === 0) return;
    const inputs = stock.splice(0, 24).map((some) => {
      if (some.kilograms < 100 || !this.#rng.chance(0.1)) return some;
      const rest = some.kilograms >> 1;
      stock.push({ ...some, kilograms: rest });
      return { ...some, kilograms: some.kilograms - rest };
    });
    const outputs = this.#make(packer, inputs, chainProducts.packed, this.#rng.whole(1, 3), nowMs);
    this.#later(nowMs, 1, 3, (thenMs) => this.#load(packer, outputs, thenMs));
  }

  #cook(kitchen: ChainSite, nowMs: number): void {
    const inputs = this.#rng.take(of(this.#stock, kitchen), this.#rng.whole(3, 8));
    const silos = of(this.#silos, kitchen);
    for (const silo of this.#rng.take(silos, 2)) {
      const kilograms = Math.min(silo.kilograms, this.#rng.whole(150, 500));
      inputs.push({ ...silo, kilograms });
      if (silo.kilograms > kilograms) silos.push({ ...silo, kilograms: silo.kilograms - kilograms });
      else this.#fillSilo(kitchen, nowMs + hourMs);
    }
    if (silos.length < 2 && this.#rng.chance(0.2)) this.#fillSilo(kitchen, nowMs + hourMs);
    // A lot may have come in several crates; it goes in once.
    const distinct = [...Map.groupBy(inputs, ({ item }) => item).values()].map((same) => ({
      ...(same[0] as Some),
      kilograms: same.reduce((sum, { kilograms }) => sum + kilograms, 0),
    }));
    if (distinct.length === 0) return;
    const outputs = this.#make(kitchen, distinct, chainProducts.dishes, this.#rng.whole(1, 3), nowMs);
    this.#later(nowMs, 1, 3, (thenMs) => this.#load(kitchen, outputs, thenMs));
  }

  #make(site: ChainSite, inputs: readonly Some[], products: readonly string[], parts: number, nowMs: number): Some[] {
    const merged = [...Map.groupBy(inputs, ({ item }) => item).values()].map((same) => ({
      ...(same[0] as Some),
      kilograms: same.reduce((sum, { kilograms }) => sum + kilograms, 0),
    }));
    const mass = merged.reduce((sum, { kilograms }) => sum + kilograms, 0);
    const made = Math.max(1, Math.floor(mass * (0.82 + this.#rng.next() * 0.16)));
    const count = Math.min(parts, made);
    const share = Math.floor(made / count);
    const outputs = Array.from({ length: count }, (_, index) =>
      this.#newLot(this.#rng.one(products), index === 0 ? made - share * (count - 1) : share, 'network'),
    );
    const tx = this.#transaction(site, nowMs);
    const id = tx.nextHash();
    const inside: MovementEnd = { at: 'transformation', id };
    tx.add(
      {
        type: 'TransformationEvent',
        inputEpcs: [],
        inputQuantities: quantitiesOf(merged),
        outputEpcs: [],
        outputQuantities: quantitiesOf(outputs),
        transformationId: null,
        ...said(site, nowMs, { bizStep: 'creating_class_instance', disposition: 'active' }),
      },
      {
        movements: [
          ...merged.map((some) => goods(some, at(site), inside)),
          ...outputs.map((some) => goods(some, inside, at(site))),
        ],
      },
    );
    for (const output of outputs) tx.item(output, id, nowMs);
    tx.transformation({
      schema: 1,
      id,
      mspId: site.mspId,
      place: site.gln,
      inputs: merged.map(lineOf),
      outputs: outputs.map(lineOf),
      yieldPpm: Number((BigInt(made) * 1_000_000n) / BigInt(mass)),
      event: id,
      atMs: nowMs,
    });
    tx.close();
    return outputs;
  }

  /** Lots go into crates, crates of several lots onto pallets, pallets to warehouses and kitchens. */
  #load(site: ChainSite, lots: readonly Some[], nowMs: number): void {
    const tx = this.#transaction(site, nowMs);
    const crates: Crate[] = [];
    for (const lot of lots) {
      const count = Math.min(lot.kilograms, this.#rng.whole(3, 8));
      const each = Math.floor(lot.kilograms / count);
      for (let index = 0; index < count; index++) {
        const kilograms = index === 0 ? lot.kilograms - each * (count - 1) : each;
        const crate = { unit: this.#newUnit(), contents: { ...lot, kilograms } };
        crates.push(crate);
        tx.pack(crate.unit, [], [crate.contents], nowMs);
      }
    }
    while (crates.length > 0) {
      const on = this.#rng.take(crates, this.#rng.whole(3, 5));
      const pallet = this.#newUnit();
      tx.pack(
        pallet,
        on.map(({ unit }) => unit),
        [],
        nowMs,
      );
      const toKitchen = this.sites.packers.includes(site) && this.#rng.chance(0.25);
      const to = this.#rng.one(toKitchen ? this.sites.processors : this.sites.centres);
      this.#shipUnit(tx, pallet, site, to, nowMs, (thenMs, here) => {
        here.unpackUnits(pallet, on, thenMs);
        if (toKitchen) this.#emptyCrates(here, on, to, thenMs);
        else of(this.#crates, to).push(...on);
      });
    }
    tx.close();
  }

  #emptyCrates(tx: OpenTransaction, crates: readonly Crate[], site: ChainSite, nowMs: number): void {
    for (const { unit, contents } of crates) {
      tx.unpackGoods(unit, contents, nowMs);
      of(this.#stock, site).push(contents);
    }
  }

  #shipUnit(
    tx: OpenTransaction,
    unit: string,
    from: ChainSite,
    to: ChainSite,
    nowMs: number,
    arrived: (nowMs: number, here: OpenTransaction) => void,
  ): void {
    const way: MovementEnd = { at: 'transit', shipment: tx.nextHash(), from: from.gln, to: to.gln };
    tx.add(
      { type: 'ObjectEvent', action: 'OBSERVE', epcs: [unit], quantities: [], ...said(from, nowMs, sending(to)) },
      { movements: [{ unit, from: at(from), to: way }] },
    );
    if (this.#rng.chance(0.001)) return;
    this.#later(nowMs, 3, 12, (thenMs) => {
      const here = this.#transaction(to, thenMs);
      here.add(
        { type: 'ObjectEvent', action: 'OBSERVE', epcs: [unit], quantities: [], ...said(to, thenMs, receiving) },
        { movements: [{ unit, from: way, to: at(to) }] },
      );
      arrived(thenMs, here);
      here.close();
    });
  }

  /** A warehouse puts crates of many lots onto pallets for stores. */
  #dispatch(centre: ChainSite, nowMs: number): void {
    const crates = of(this.#crates, centre);
    while (crates.length >= 4) {
      const on = this.#rng.take(crates, this.#rng.whole(2, 5));
      const store = this.#rng.one(this.sites.stores);
      const tx = this.#transaction(centre, nowMs);
      const pallet = this.#newUnit();
      tx.pack(
        pallet,
        on.map(({ unit }) => unit),
        [],
        nowMs,
      );
      this.#shipUnit(tx, pallet, centre, store, nowMs, (thenMs, here) => {
        here.unpackUnits(pallet, on, thenMs);
        for (const crate of on) this.#shelve(here, crate, store, centre, thenMs);
      });
      tx.close();
    }
  }

  #shelve(tx: OpenTransaction, crate: Crate, store: ChainSite, centre: ChainSite, nowMs: number): void {
    if (this.#rng.chance(0.04)) {
      this.#shipUnit(tx, crate.unit, store, centre, nowMs, (thenMs, here) => {
        if (this.#rng.chance(0.5)) here.destroy(crate, thenMs);
        else of(this.#crates, centre).push(crate);
      });
      return;
    }
    tx.unpackGoods(crate.unit, crate.contents, nowMs);
    const sold = Math.floor(crate.contents.kilograms * (0.7 + this.#rng.next() * 0.3));
    const wasted = crate.contents.kilograms - sold;
    // The rest of a shelf is not always told of.
    if (this.#rng.chance(0.1)) return;
    this.#later(nowMs, 24, 60, (thenMs) => {
      const later = this.#transaction(store, thenMs);
      if (sold > 0) later.remove({ ...crate.contents, kilograms: sold }, 'sold', thenMs);
      if (wasted > 0 && this.#rng.chance(0.5))
        later.remove({ ...crate.contents, kilograms: wasted }, 'destroyed', thenMs);
      later.close();
    });
  }

  #newLot(product: string, kilograms: number, origin: Some['origin']): Some {
    this.#lots++;
    return { item: lotLink(product, `L${this.#lots.toString(36).toUpperCase().padStart(6, '0')}`), kilograms, origin };
  }

  #newUnit(): string {
    return unitLink(sscc(companyPrefix.freshHub, ++this.#units));
  }

  /** Name of the event that is the `ahead`th from here on. */
  #hash(ahead: number): string {
    return chainHash(this.#size.seed, this.#events + ahead);
  }

  #transaction(site: ChainSite, nowMs: number): OpenTransaction {
    return new OpenTransaction(
      site,
      nowMs,
      (ahead) => this.#hash(ahead),
      (done) => {
        if (done.events.length === 0) return;
        this.#events += done.events.length;
        this.#out.push(done);
      },
    );
  }
}

function of<T>(stock: Map<ChainSite, T[]>, site: ChainSite): T[] {
  const known = stock.get(site);
  if (known) return known;
  const fresh: T[] = [];
  stock.set(site, fresh);
  return fresh;
}

function isBulk(item: string): boolean {
  return chainProducts.bulk.some((product) => item.includes(`/01/${product}/`));
}

const receiving: Partial<NormalisedCommon> = { bizStep: 'receiving', disposition: 'in_progress' };

function sending(to: ChainSite): Partial<NormalisedCommon> {
  return {
    bizStep: 'shipping',
    disposition: 'in_transit',
    destinations: [{ type: 'location', id: placeLink(to.gln) }],
  };
}
