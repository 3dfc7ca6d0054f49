import type { EventFlag, Movement, MovementEnd, TransitRecord, UnitRecord } from '@hopline/protocol';
import type {
  NormalisedAggregationEvent,
  NormalisedEvent,
  NormalisedObjectEvent,
  Quantity,
} from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { allocate } from './allocate.ts';
import { inCommonUnit, minus, plus } from './amount.ts';
import type { Goods } from './goods.ts';
import { loadHoldings, putHolding } from './holdings.ts';
import { assertActs, loadSites, namedGlns } from './parties.ts';
import type { Effect, Scene, Step } from './scene.ts';
import { itemsOf, loadUnits, movedThings, subjectsOf } from './subjects.ts';
import { atPlace, relocated, unitOf } from './units.ts';

type Moving = NormalisedObjectEvent | NormalisedAggregationEvent;

/**
 * Receiving: the named receiver's organisation takes custody. What arrives is compared with what was sent; less or more
 * becomes a discrepancy with both numbers. The sender may take its own goods back where they left.
 */
export const receive: Step<Moving> = {
  async load(draft, { event, place }) {
    await loadUnits(draft, movedThings(event).epcs);
    await loadHoldings(draft, itemsOf(event), place);
    await loadSites(draft, [...candidates(event, place), ...namedGlns(event.destinations)]);
    for (const epc of movedThings(event).epcs) await loadReceiver(draft, epc);
    for (const item of itemsOf(event)) await loadTransit(draft, item, candidates(event, place));
  },

  apply(draft, scene) {
    assertActs(draft, scene.event.destinations, scene);
    const { units, goods } = subjectsOf(draft, scene.event);
    const effects = [
      ...units.map((unit) => receiveUnit(draft, unitOf(draft, unit), scene)),
      ...goods.map((some) => receiveGoods(draft, some, scene)),
    ];
    return {
      movements: effects.flatMap(({ movements }) => movements),
      flags: [...new Set(effects.flatMap(({ flags }) => flags))],
    };
  },
};

/** Where loose goods may have been sent that are received here: here, to what the event names, or away from here. */
function candidates({ sources, destinations }: NormalisedEvent, place: string): string[] {
  return [...new Set([place, ...namedGlns(destinations), ...namedGlns(sources)])];
}

async function loadReceiver(draft: Draft, epc: string): Promise<void> {
  const location = draft.get('unit', epc)?.location;
  if (location?.at === 'transit') await draft.load('site', location.to);
}

async function loadTransit(draft: Draft, item: string, receivers: readonly string[]): Promise<void> {
  for (const to of receivers) {
    for (const { shipment } of await draft.loadRange('transit', to, item)) {
      await draft.load('discrepancy', shipment, item);
    }
  }
}

/** As what the scene's organisation may receive a shipment: as its named receiver, as its sender, or not at all. */
function roleIn(
  draft: Draft,
  { from, to, custodian }: { from: string; to: string; custodian: string | null },
  { place, mspId }: Scene,
): 'receiver' | 'sender' | null {
  if (from === place && custodian === mspId) return 'sender';
  return draft.get('site', to)?.mspId === mspId ? 'receiver' : null;
}

function receiveUnit(draft: Draft, record: UnitRecord, scene: Scene): Effect {
  const { unit, location, custodian } = record;
  if (location.at !== 'transit') {
    throw new Refused('not-shipped', 'the unit is not on the way', { unit, location });
  }
  const role = roleIn(draft, { from: location.from, to: location.to, custodian }, scene);
  if (!role) {
    throw new Refused('event-party', 'the unit was sent to another receiver', {
      unit,
      to: location.to,
      receiver: draft.get('site', location.to)?.mspId ?? null,
      mspId: scene.mspId,
    });
  }
  draft.put('unit', [unit], relocated(record, atPlace(scene.place), scene.mspId, scene));
  return {
    movements: [{ unit, from: location, to: atPlace(scene.place) }],
    flags: role === 'sender' ? ['returned-to-sender'] : [],
  };
}

function receiveGoods(draft: Draft, goods: Goods, scene: Scene): Effect {
  const { parts, excess } = allocate(goods, openShipments(draft, goods.item, scene));
  const movements: Movement[] = [];
  const flags: EventFlag[] = [];
  for (const [index, { transit, taken }] of parts.entries()) {
    const over = index === parts.length - 1 ? excess : null;
    const way: MovementEnd = { at: 'transit', shipment: transit.shipment, from: transit.from, to: transit.to };
    movements.push(arrive(draft, { item: goods.item, ...taken }, transit.origin, way, scene));
    if (over) {
      // Nobody accounts for the excess but the receiver: it is there on its word alone.
      const unexplained: MovementEnd = { at: 'difference', shipment: transit.shipment };
      movements.push(arrive(draft, { item: goods.item, ...over }, 'declared', unexplained, scene));
    }
    flags.push(...settle(draft, transit, taken, over, scene));
    if (roleIn(draft, transit, scene) === 'sender') flags.push('returned-to-sender');
  }
  return { movements, flags };
}

function openShipments(draft: Draft, item: string, scene: Scene): TransitRecord[] {
  const { event, place } = scene;
  const named = namedGlns(event.sources, ['location']);
  return candidates(event, place)
    .flatMap((to) => draft.list('transit', to, item))
    .filter((transit) => {
      const role = roleIn(draft, transit, scene);
      const otherEnd = role === 'sender' ? transit.to : transit.from;
      return role !== null && (named.length === 0 || named.includes(otherEnd));
    });
}

function arrive(
  draft: Draft,
  goods: Goods,
  origin: TransitRecord['origin'],
  from: MovementEnd,
  scene: Scene,
): Movement {
  putHolding(draft, goods, origin, scene);
  return { ...goods, origin, from, to: atPlace(scene.place) };
}

/** Closes a shipment or leaves its rest open, and records how what was sent and what was received differ. */
function settle(
  draft: Draft,
  transit: TransitRecord,
  taken: Quantity,
  over: Quantity | null,
  scene: Scene,
): EventFlag[] {
  const { item, shipment, from, to } = transit;
  const open = minus(transit, taken);
  // Amounts of different units meet in the base unit, and then what was sent has to be told in it too.
  const sent = inCommonUnit({ amount: transit.sent, uom: transit.uom }, open.uom);
  if (open.amount === '0') draft.remove('transit', [to, item, shipment]);
  else draft.put('transit', [to, item, shipment], { ...transit, ...open, sent: sent.amount });

  const received = plus(minus(sent, open), over ?? { amount: '0', uom: open.uom });
  const known = draft.get('discrepancy', shipment, item);
  const kind = over ? 'over' : open.amount !== '0' ? 'short' : known ? 'settled' : null;
  if (!kind) return [];
  draft.put('discrepancy', [shipment, item], {
    schema: 1,
    shipment,
    item,
    kind,
    sent: inCommonUnit(sent, received.uom).amount,
    received: received.amount,
    uom: received.uom,
    from,
    to,
    sender: transit.custodian,
    receiver: scene.mspId,
    event: scene.hash,
    atMs: scene.event.eventTimeMs,
  });
  return kind === 'over' ? ['received-over'] : kind === 'short' ? ['received-short'] : [];
}
