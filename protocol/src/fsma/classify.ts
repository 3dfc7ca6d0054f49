import { isJsonObject, type Json } from '../epcis/index.ts';
import { type Facts, type FsmaEvent, glnOf, linesOf, tradeItem } from './fsma-event.ts';
import type { CteKind } from './kde.ts';
import type { LotHistory } from './lot-history.ts';

/**
 * Tells which critical tracking event an EPCIS event is, after GS1 US's "Application of the GS1 System of Standards to Support FSMA 204" (R2.0):
 *
 * | CTE | event |
 * |---|---|
 * | harvesting | ObjectEvent, ADD, of a raw commodity |
 * | cooling | ObjectEvent, OBSERVE, `other` (CBV has no term for cooling) or an own term that says so, of a raw commodity, with a temperature |
 * | initial packing | TransformationEvent of raw commodities only |
 * | first land-based receiving | ObjectEvent, ADD, that tells of a catch |
 * | shipping, receiving | those business steps, of goods that have been packed |
 * | transformation | any other TransformationEvent |
 */
export class Classifier {
  readonly #history: LotHistory;
  readonly #facts: Facts;
  readonly #ctes = new Map<FsmaEvent, CteKind | null>();
  readonly #raw = new Map<string, boolean>();
  readonly #coolings = new Map<string, readonly FsmaEvent[]>();

  constructor(history: LotHistory, facts: Facts) {
    this.#history = history;
    this.#facts = facts;
  }

  /** The kind of an event; `null` for what is no critical tracking event. */
  cteOf(moment: FsmaEvent): CteKind | null {
    const known = this.#ctes.get(moment);
    if (known !== undefined) return known;
    const cte = this.#classify(moment);
    this.#ctes.set(moment, cte);
    return cte;
  }

  /**
   * Whether goods are a raw agricultural commodity that nobody has packed yet: by the product, or by how they came to be. A catch never
   * is: it is landed with a lot code, and moves under the rule from then on (21 CFR 1.1340(c), 1.1345(c)).
   */
  isRaw(item: string): boolean {
    const known = this.#raw.get(item);
    if (known !== undefined) return known;
    const gtin = tradeItem(item)?.gtin;
    const product = gtin === undefined ? null : this.#facts.product(gtin);
    const stated = product?.foodSource === 'fishing-vessel' ? false : product?.rawCommodity;
    const history = this.#history;
    const harvested = () => history.beginningsOf(item).some((each) => beginning(each, this.#facts) === 'harvesting');
    const raw = stated ?? (history.makersOf(item).length === 0 && harvested());
    this.#raw.set(item, raw);
    return raw;
  }

  /** The coolings of some goods, in their order. */
  coolingsOf(item: string): readonly FsmaEvent[] {
    const known = this.#coolings.get(item);
    if (known) return known;
    const coolings = this.#history.of(item).filter((each) => this.cteOf(each) === 'cooling');
    this.#coolings.set(item, coolings);
    return coolings;
  }

  #classify(moment: FsmaEvent): CteKind | null {
    const { event } = moment;
    if (event.type === 'TransformationEvent') {
      const inputs = linesOf(event).filter(({ role }) => role === 'input');
      return inputs.length > 0 && inputs.every(({ id }) => this.isRaw(id)) ? 'initial-packing' : 'transformation';
    }
    if (event.type !== 'ObjectEvent' && event.type !== 'AggregationEvent') return null;
    if (event.action === 'ADD') return event.type === 'ObjectEvent' ? beginning(moment, this.#facts) : null;
    if (event.action === 'DELETE') return null;
    if (event.bizStep === 'shipping') return 'shipping';
    if (event.bizStep === 'receiving' || event.bizStep === 'accepting') return 'receiving';
    return isCooling(moment) ? 'cooling' : null;
  }
}

/** Goods that appear for the first time: caught, grown, or packed and made of what no event tells. */
function beginning(moment: FsmaEvent, facts: Facts): CteKind | null {
  const products = linesOf(moment.event).map(({ id }) => facts.product(tradeItem(id)?.gtin ?? ''));
  if (hasCatch(moment) || products.some((product) => product?.foodSource === 'fishing-vessel')) {
    return 'first-land-based-receiving';
  }
  const raw = products.find((product) => product?.rawCommodity !== undefined)?.rawCommodity;
  const kinds = [moment.event.readPoint, moment.event.bizLocation].map((id) => {
    const gln = glnOf(id)?.gln;
    return gln === undefined ? undefined : facts.place(gln)?.kind;
  });
  if (raw === true || (raw === undefined && kinds.includes('field'))) return 'harvesting';
  if (kinds.includes('packhouse')) return 'initial-packing';
  if (raw === false) return 'transformation';
  // Stock that is taken on at a warehouse or store was made and received before any event tells of it.
  return kinds.includes('warehouse') || kinds.includes('store') ? null : 'harvesting';
}

function isCooling({ event }: FsmaEvent): boolean {
  if (event.bizStep === null) return false;
  if (/cool/i.test(event.bizStep)) return true;
  return event.bizStep === 'other' && event.sensorMeasurements.some(({ type }) => type === 'Temperature');
}

const catchFields = ['catchZone', 'catchArea', 'catchDate', 'vesselID', 'vesselName', 'vesselCatchInformationList'];

function hasCatch(moment: FsmaEvent): boolean {
  return catchFields.some((name) => ilmdTexts(moment, name).length > 0);
}

/** The texts of a field of the instance or lot master data, by its name without a namespace; lists give several. */
export function ilmdTexts({ event }: FsmaEvent, name: string): string[] {
  return Object.entries(event.ilmd).flatMap(([key, value]) => (key.split(/[:#/]/).at(-1) === name ? texts(value) : []));
}

function texts(value: Json): string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap((each: Json) => texts(each));
  return isJsonObject(value) ? Object.values(value).flatMap(texts) : [];
}
