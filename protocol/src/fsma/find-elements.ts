import { type Classifier, ilmdTexts } from './classify.ts';
import { describeCommodity, describePlace, describeProduct, lotCode, referenceDocuments } from './describe.ts';
import { endOf, placeOf } from './ends.ts';
import { dayOf, type Facts, type FsmaEvent, glnOf, type Line, tradeItem } from './fsma-event.ts';
import type { CteKind, CteRemark, KdeId, KdeValue } from './kde.ts';
import type { Goods, LotHistory } from './lot-history.ts';

/** All that a record is derived from. */
export interface Known {
  readonly history: LotHistory;
  readonly classifier: Classifier;
  readonly facts: Facts;
}

type Values = Partial<Record<KdeId, KdeValue | undefined>>;

/** What a record is of, before its elements are looked for. */
export interface Subject {
  readonly cte: CteKind;
  readonly event: FsmaEvent;
  readonly goods: Goods;
  readonly input: Line | null;
}

/** The elements of a record, and the other events that hold some of them. `waived`: elements that do not apply. */
export interface Found {
  readonly values: Values;
  readonly further: readonly FsmaEvent[];
  readonly waived?: readonly KdeId[];
  readonly remarks?: readonly CteRemark[];
}

/** Where the elements of each CTE are found. */
export const findElements: Readonly<Record<CteKind, (subject: Subject, known: Known) => Found>> = {
  harvesting({ event, goods }, { history, facts }) {
    const journey = history.nearestAfter(history.leaving(goods.id, placeOf(event)), event);
    const events = [event, ...(journey ? [journey] : [])];
    const next = recipientOf(goods.id, event, journey, history);
    return {
      further: [...events, ...next.further],
      values: {
        recipient: describePlace(facts, next.gln),
        commodity: describeCommodity(productOf(goods.id, facts)),
        quantity: quantityOf(goods),
        date: harvestDay(event),
        documents: referenceDocuments(events),
        harvester: harvesterOf(event, journey, facts),
        ...farmOf(event, facts),
      },
    };
  },

  cooling({ event, goods }, known) {
    const { history, facts } = known;
    const place = placeOf(event);
    const journey = history.nearestAfter(history.leaving(goods.id, place), event);
    const receipt = history.nearestBefore(history.arriving(goods.id, place), event);
    const harvest = harvestOf(goods.id, event, known);
    const events = [event, receipt, journey].filter((each) => each !== null);
    const farm = harvest ? farmOf(harvest, facts).farm : describePlace(facts, receipt && endOf(receipt.event.sources));
    const next = recipientOf(goods.id, event, journey, history);
    return {
      further: [...events, ...(harvest ? [harvest] : []), ...next.further],
      remarks: later(harvest, event) ? ['cooled-before-harvest'] : [],
      values: {
        recipient: describePlace(facts, next.gln),
        commodity: describeCommodity(productOf(goods.id, facts)),
        quantity: quantityOf(goods),
        place: describePlace(facts, place),
        date: { is: 'date', day: dayOf(event.event) },
        farm,
        documents: referenceDocuments(events),
      },
    };
  },

  'initial-packing'({ event, goods, input }, known) {
    const { history, classifier, facts } = known;
    const place = placeOf(event);
    const raw = input?.id ?? '';
    const receipt = history.nearestBefore(history.arriving(raw, place), event);
    const harvest = harvestOf(raw, event, known);
    const journey = harvest && history.nearestAfter(history.leaving(raw, placeOf(harvest)), harvest);
    const cooling = history.nearestBefore(classifier.coolingsOf(raw), event);
    const received = receipt && history.goodsOf(receipt).find(({ id }) => id === raw);
    // What is packed where it grew was never received from anybody.
    const packedInField = harvest !== null && placeOf(harvest) === place && receipt === null;
    return {
      further: [receipt, harvest, journey, cooling].filter((each) => each !== null),
      waived: packedInField ? ['received-date', 'received-quantity'] : [],
      remarks: [
        ...(later(harvest, event) ? (['packed-before-harvest'] as const) : []),
        ...(later(receipt, event) ? (['packed-before-receipt'] as const) : []),
      ],
      values: {
        commodity: describeCommodity(productOf(raw, facts)),
        'received-date': receipt ? { is: 'date', day: dayOf(receipt.event) } : undefined,
        'received-quantity': received ? quantityOf(received) : undefined,
        ...(harvest ? farmOf(harvest, facts) : {}),
        harvester: harvest ? harvesterOf(harvest, journey, facts) : undefined,
        'harvest-date': harvest ? harvestDay(harvest) : undefined,
        'cooling-place': describePlace(facts, cooling && placeOf(cooling)),
        'cooling-date': cooling ? { is: 'date', day: dayOf(cooling.event) } : undefined,
        'input-lot-code': lotCode(raw || null),
        'input-quantity': input ? quantityOf(input) : undefined,
        ...made({ event, goods }, facts),
      },
    };
  },

  'first-land-based-receiving'({ event, goods }, { facts }) {
    const product = productOf(goods.id, facts);
    const species = ilmdTexts(event, 'fishType')[0] ?? ilmdTexts(event, 'speciesForFisheryStatisticsPurposesName')[0];
    const name = species ?? product?.species ?? product?.name;
    const [from, to] = [
      ['harvestDateStart', 'harvestStartDate', 'catchDate'],
      ['harvestDateEnd', 'harvestEndDate', 'catchDate'],
    ].map((names) => names.flatMap((each) => ilmdTexts(event, each))[0]?.slice(0, 10) ?? null);
    const areas = ['catchZone', 'catchArea'].flatMap((each) => ilmdTexts(event, each));
    return {
      further: [],
      values: {
        species: name === undefined ? undefined : { is: 'text', text: name },
        'harvest-range': from || to ? { is: 'days', from: from ?? null, to: to ?? null } : undefined,
        'catch-area': areas.length === 0 ? undefined : { is: 'text', text: areas.join('; ') },
        ...made({ event, goods }, facts),
      },
    };
  },

  shipping({ event, goods }, known) {
    const stated = event.event.sources.find(({ type }) => type === 'location');
    const place = glnOf(stated?.id ?? null)?.gln ?? placeOf(event);
    const recipient = describePlace(known.facts, endOf(event.event.destinations));
    return withValues(moved({ event, goods }, place, known), { recipient });
  },

  receiving({ event, goods }, known) {
    const { history, facts } = known;
    const place = placeOf(event);
    const stated = endOf(event.event.sources);
    const things = [goods.unit ?? [], goods.id].flat();
    const shipments = things.map((thing) => history.shippedTo(thing, place)).find((each) => each.length > 0);
    const shipment = history.nearestBefore(shipments ?? [], event);
    const found = moved({ event, goods }, place, known);
    const from = stated ?? (shipment && (endOf(shipment.event.sources) ?? placeOf(shipment)));
    return {
      ...withValues(found, { 'previous-source': describePlace(facts, from) }),
      // The shipment is a source of elements only where the receipt itself does not name where it came from.
      further: [...found.further, ...(stated === null && shipment ? [shipment] : [])],
      remarks: [...(found.remarks ?? []), ...(later(shipment, event) ? (['received-before-shipment'] as const) : [])],
    };
  },

  transformation({ event, goods, input }, { facts }) {
    const used = input ? tradeItem(input.id) : null;
    const unlisted = used !== null && facts.product(used.gtin)?.foodTraceabilityList === false;
    return {
      further: [],
      // "For the food on the Food Traceability List used in transformation (if applicable)".
      waived: input === null || unlisted ? ['input-lot-code', 'input-product', 'input-quantity'] : [],
      values: {
        'input-lot-code': lotCode(input?.id ?? null),
        'input-product': describeProduct(facts, used?.gtin ?? null),
        'input-quantity': input ? quantityOf(input) : undefined,
        ...made({ event, goods }, facts),
      },
    };
  },
};

function withValues(found: Found, values: Values): Found {
  return { ...found, values: { ...found.values, ...values } };
}

/** What all that assigns a lot code has: the new code, what and how much it is, where, when, and the documents. */
function made({ event, goods }: Pick<Subject, 'event' | 'goods'>, facts: Facts): Values {
  return {
    'lot-code': lotCode(goods.id),
    product: describeProduct(facts, tradeItem(goods.id)?.gtin ?? null),
    quantity: quantityOf(goods),
    place: describePlace(facts, placeOf(event)),
    date: { is: 'date', day: dayOf(event.event) },
    documents: referenceDocuments([event]),
  };
}

/** What shipping and receiving share. The lot code's source is the place of the event that assigned it. */
function moved({ event, goods }: Pick<Subject, 'event' | 'goods'>, place: string | null, known: Known): Found {
  const { facts } = known;
  const told = !known.history.isUnit(goods.id);
  const origin = told ? originOf(goods.id, event, known) : null;
  return {
    further: origin ? [origin] : [],
    remarks: later(origin, event) ? ['moved-before-lot-code'] : [],
    values: {
      ...made({ event, goods }, facts),
      'lot-code': told ? lotCode(goods.id) : undefined,
      quantity: told ? quantityOf(goods) : undefined,
      place: describePlace(facts, place),
      'lot-code-source': describePlace(facts, origin && placeOf(origin)),
    },
  };
}

/** Who has goods next: where their journey ends, or this very place where it packed them itself and they never left. */
function recipientOf(
  item: string,
  moment: FsmaEvent,
  journey: FsmaEvent | null,
  history: LotHistory,
): { gln: string | null; further: readonly FsmaEvent[] } {
  if (journey) return { gln: endOf(journey.event.destinations), further: [] };
  const place = placeOf(moment);
  const packing = history.nearestAfter(history.usedAt(item, place), moment);
  return packing ? { gln: place, further: [packing] } : { gln: null, further: [] };
}

/** The event that assigned a lot its code: packing, landing or transformation (21 CFR 1.1320); a harvest does not. */
function originOf(item: string, moment: FsmaEvent, { history, classifier }: Known): FsmaEvent | null {
  const makers = history.makersOf(item);
  const beginnings = history.beginningsOf(item).filter((each) => {
    const cte = classifier.cteOf(each);
    return cte === 'initial-packing' || cte === 'first-land-based-receiving' || cte === 'transformation';
  });
  return history.nearestBefore(makers.length > 0 ? makers : beginnings, moment);
}

function harvestOf(item: string, moment: FsmaEvent, { history, classifier }: Known): FsmaEvent | null {
  return history.nearestBefore(
    history.beginningsOf(item).filter((each) => classifier.cteOf(each) === 'harvesting'),
    moment,
  );
}

/**
 * Farm and field of a harvest. The read point is the farm and the business location the field (GS1 US, section 2); a field
 * that is registered as a part of a farm says so itself, and the extension of an SGLN names a field as precisely as a name.
 */
function farmOf({ event }: FsmaEvent, facts: Facts): Pick<Values, 'farm' | 'growing-area'> {
  const [reading, business] = [glnOf(event.readPoint), glnOf(event.bizLocation)];
  const field = business ?? reading;
  const site = field && facts.place(field.gln);
  const at = reading ?? business;
  const own = at && facts.place(at.gln);
  const farm = own?.partOf ?? at?.gln ?? null;
  const apart = field && field.gln !== farm ? site?.name : undefined;
  const named = site?.kind === 'field' ? site.name : undefined;
  const area = site?.growingArea ?? own?.growingArea ?? field?.extension ?? reading?.extension ?? apart ?? named;
  return { farm: describePlace(facts, farm), 'growing-area': area ? { is: 'text', text: area } : undefined };
}

/** Who harvested: the owner that the journey names as its source, or else the farm itself. */
function harvesterOf(harvest: FsmaEvent, journey: FsmaEvent | null, facts: Facts): KdeValue | undefined {
  const owner = [...harvest.event.sources, ...(journey?.event.sources ?? [])].find(
    ({ type }) => type === 'owning_party',
  );
  const described = describePlace(facts, glnOf(owner?.id ?? null)?.gln ?? placeOf(harvest));
  if (!described || (described.businessName === null && described.phone === null)) return undefined;
  return { is: 'party', name: described.businessName, phone: described.phone };
}

/** The day of a harvest: that which the lot's master data give, or that of the event. */
function harvestDay(moment: FsmaEvent): KdeValue {
  const said = ['harvestDate', 'harvestDateEnd', 'harvestEndDate'].flatMap((name) => ilmdTexts(moment, name))[0] ?? '';
  const { event } = moment;
  if (/^\d{4}-\d{2}-\d{2}$/.test(said)) return { is: 'date', day: said };
  const saidMs = /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(said) ? Date.parse(said) : Number.NaN;
  const eventTimeMs = Number.isNaN(saidMs) ? event.eventTimeMs : saidMs;
  return { is: 'date', day: dayOf({ eventTimeMs, eventTimeZoneOffset: event.eventTimeZoneOffset }) };
}

function quantityOf({
  id,
  amount,
  uom,
}: {
  id: string;
  amount: string | null;
  uom: string | null;
}): KdeValue | undefined {
  // EPCIS counts in trade items where no unit is given.
  if (amount !== null) return { is: 'quantity', amount, uom: uom ?? 'EA' };
  return /\/21\//.test(id) ? { is: 'quantity', amount: '1', uom: 'EA' } : undefined;
}

function productOf(item: string, facts: Facts) {
  const gtin = tradeItem(item)?.gtin;
  return gtin === undefined ? null : facts.product(gtin);
}

function later(each: FsmaEvent | null, than: FsmaEvent): boolean {
  return each !== null && each.event.eventTimeMs > than.event.eventTimeMs;
}
