import { Classifier } from './classify.ts';
import { placeOf } from './ends.ts';
import { findElements, type Known, type Subject } from './find-elements.ts';
import { type Facts, type FsmaEvent, linesOf, tradeItem } from './fsma-event.ts';
import type { CteKind, CteRecord, PassedOver } from './kde.ts';
import { type Goods, LotHistory } from './lot-history.ts';
import { missingElements } from './rules.ts';
import { supplyOf } from './supply.ts';

export interface Derived {
  readonly records: readonly CteRecord[];
  readonly passedOver: readonly PassedOver[];
}

/** Pairs of inputs and outputs of one event; a recipe with more is told by its first ones, and says so by throwing. */
export const maxPairsPerEvent = 10_000;

/** An event whose inputs and outputs make too many pairs. */
export class TooManyPairs extends Error {
  override readonly name = 'TooManyPairs';
}

/**
 * Derives the critical tracking events (21 CFR 1.1325 to 1.1350) out of EPCIS events and master data: one record for each
 * lot that an event speaks of, and for packing and transformation one for each pair of lots, with its key data elements and
 * those that are missing.
 *
 * @param events all that is known of the lots, in the order of their commits: elements of one CTE are in several events
 * @throws TooManyPairs
 */
export function deriveCtes(events: readonly FsmaEvent[], facts: Facts): Derived {
  const history = new LotHistory(events);
  const classifier = new Classifier(history, facts);
  const known: Known = { history, classifier, facts };
  const records: CteRecord[] = [];
  const passedOver: PassedOver[] = [];
  for (const event of history.events) {
    const cte = classifier.cteOf(event);
    if (cte === null) continue;
    for (const subject of subjectsOf(cte, event, history)) {
      const { id } = subject.goods;
      const raw = classifier.isRaw(id);
      if (raw && (cte === 'shipping' || cte === 'receiving')) {
        passedOver.push({ event, item: id, why: 'before-initial-packing' });
      } else if (cte !== 'cooling' || raw || !history.isUnit(id)) records.push(recordOf(subject, known));
    }
  }
  return { records, passedOver };
}

function subjectsOf(cte: CteKind, event: FsmaEvent, history: LotHistory): Subject[] {
  if (event.event.type !== 'TransformationEvent') {
    return counted(history.goodsOf(event)).map((goods) => ({ cte, event, goods, input: null }));
  }
  const lines = linesOf(event.event);
  const inputs = lines.filter(({ role }) => role === 'input');
  const outputs = lines.filter(({ role }) => role === 'output');
  if (inputs.length * outputs.length > maxPairsPerEvent) throw new TooManyPairs('too many pairs of inputs and outputs');
  return outputs.flatMap((output) =>
    (inputs.length === 0 ? [null] : inputs).map((input) => ({ cte, event, goods: { ...output, unit: null }, input })),
  );
}

/** Items that are named one by one, counted by their product: a row for each serial number would tell nothing more. */
function counted(all: readonly Goods[]): Goods[] {
  const serials = Map.groupBy(all, ({ id, unit }) => {
    const trade = tradeItem(id);
    return trade && trade.lot === null && /\/21\//.test(id) ? `${trade.gtin} ${unit}` : '';
  });
  return [...serials].flatMap(([key, group]) => {
    const [first] = group;
    return key === '' || !first ? group : [{ ...first, amount: String(group.length), uom: 'EA' }];
  });
}

function recordOf(subject: Subject, known: Known): CteRecord {
  const { history, facts } = known;
  const { cte, event, goods, input } = subject;
  const unknown = history.isUnit(goods.id);
  const trade = unknown ? null : tradeItem(goods.id);
  const place = placeOf(event);
  const product = trade ? facts.product(trade.gtin) : null;
  const { values, further, waived, remarks } = findElements[cte](subject, known);
  const all = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as CteRecord['values'];
  const source = input ? (facts.product(tradeItem(input.id)?.gtin ?? '') ?? product) : product;
  const listed = product?.foodTraceabilityList ?? null;
  const record = {
    cte,
    event,
    further: further.filter((each) => each !== event),
    item: unknown ? null : goods.id,
    gtin: trade?.gtin ?? null,
    lot: trade?.lot ?? null,
    input: input?.id ?? null,
    unit: goods.unit,
    place,
    values: all,
  };
  const circumstance = { aquaculture: source?.foodSource === 'aquaculture', waived: new Set(waived) };
  const missing = listed === false ? [] : missingElements(cte, all, circumstance);
  return {
    ...record,
    missing: missing.map((lack) => ({ ...lack, supply: supplyOf(lack, record) })),
    remarks: remarks ?? [],
    listed,
    declaredWrong: history.isDeclaredWrong(event),
  };
}
