import { describe, expect, it } from 'vitest';
import { aggregate, associate, destroy, enter, objectEvent, receive, ship, transform } from '../testing/events.ts';
import { a1, a2, b1, b2, link, Trade, timeMs } from '../testing/trade.ts';
import { maxAmountChars } from './amount.ts';
import { maxEventAheadMs } from './apply-event.ts';

const lot = 'https://id.gs1.org/01/09506000134352/10/L';
const unregistered = '9506000100050';
const item = 'https://id.gs1.org/01/09506000134352/21/1';
const [pallet, crate, tracker] = [
  'https://id.gs1.org/00/095060000000000017',
  'https://id.gs1.org/00/095060000000000024',
  'https://id.gs1.org/8004/9506TRACKER',
];

async function withHundred(): Promise<Trade> {
  const trade = new Trade();
  await trade.apply(enter(a1, { lots: [[lot, '100']] }));
  return trade;
}

describe('goods from outside', () => {
  it('add up, and leave their first appearance behind', async () => {
    const trade = await withHundred();
    await trade.apply(enter(a1, { lots: [[lot, '0.5']] }));
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({
      amount: '100.5',
      uom: 'KGM',
      origin: 'declared',
    });
    expect(await trade.ledger.at('item', lot)).toMatchObject({ place: a1, event: 'ni:///sha-256;1?ver=CBV2.0' });
  });

  it('enter once where they have a serial number', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { epcs: [item, pallet] }));
    expect((await trade.refuse(enter(b1, { epcs: [item] }))).code).toBe('already-commissioned');
    expect((await trade.refuse(enter(b1, { epcs: [pallet] }))).code).toBe('already-commissioned');
    expect((await trade.refuse(enter(a1, { epcs: [`${item}2`, `${item}2`] }))).code).toBe('event-malformed');
  });

  it('have an amount, in units that can be added', async () => {
    const trade = await withHundred();
    expect((await trade.refuse(enter(a1, { lots: [[lot, '0']] }))).code).toBe('quantity');
    expect(await trade.refuse(enter(a1, { lots: [[lot, '3', 'LTR']] }))).toMatchObject({
      code: 'quantity',
      details: { uom: 'KGM', other: 'LTR' },
    });
  });
});

describe('amounts', () => {
  it('beyond what can be kept exactly are refused by name', async () => {
    const trade = new Trade();
    const tiny = `0.${'0'.repeat(19)}1`;
    await trade.apply(enter(a1, { lots: [[lot, `999999999999999.${'9'.repeat(20)}`, 'LBR']] }));
    expect(await trade.refuse(ship(a1, b1, { lots: [[lot, tiny, 'ONZ']] }))).toMatchObject({
      code: 'quantity',
      details: { maxAmountChars },
    });
    await trade.apply(ship(a1, b1, { lots: [[lot, tiny, 'LBR']] }));
  });
});

describe('shipping', () => {
  it.each([
    ['no destination', []],
    ['a destination without a GLN', [{ type: 'location' as const, id: 'urn:x:somewhere' }]],
    ['the place itself', [{ type: 'location' as const, id: link(a1) }]],
  ])('with %s is refused', async (_what, destinations) => {
    const trade = await withHundred();
    const event = ship(a1, b1, { lots: [[lot, '1']] }, { destinations });
    expect((await trade.refuse(event)).code).toBe('event-party');
  });

  it('from a source of another organisation is refused', async () => {
    const trade = await withHundred();
    const event = ship(a1, b1, { lots: [[lot, '1']] }, { sources: [{ type: 'location', id: link(b2) }] });
    expect(await trade.refuse(event)).toMatchObject({ code: 'event-party', details: { owner: 'BMSP' } });
  });

  it('to a place that nobody registered is marked', async () => {
    const trade = await withHundred();
    const { flags } = await trade.apply(ship(a1, unregistered, { lots: [[lot, '1']] }));
    expect(flags).toEqual(['receiver-outside']);
  });

  it('of a unit inside another, or on the way, is refused', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '10']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [crate] }));
    expect(await trade.refuse(ship(a1, b1, { epcs: [crate] }))).toMatchObject({
      code: 'not-held',
      details: { location: { at: 'unit', unit: pallet } },
    });
    const way = { bizStep: 'shipping' as const, destinations: [{ type: 'location' as const, id: link(b1) }] };
    await trade.apply(aggregate(a1, 'OBSERVE', pallet, { epcs: [crate] }, way));
    expect((await trade.refuse(ship(a1, b1, { epcs: [pallet] }))).code).toBe('not-held');
    expect((await trade.refuse(ship(a1, b1, { epcs: [`${pallet}9`] }))).code).toBe('unit-not-found');
  });

  it.each(['ADD', 'DELETE'] as const)('with the action %s says two things', async (action) => {
    const trade = await withHundred();
    const event = objectEvent(a1, action, 'shipping', { lots: [[lot, '1']] });
    expect((await trade.refuse(event)).code).toBe('event-malformed');
  });
});

describe('receiving', () => {
  it('takes the shipment that fits exactly, before older ones', async () => {
    const trade = await withHundred();
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, { eventTimeMs: timeMs - 2 }));
    await trade.apply(ship(a1, b1, { lots: [[lot, '12']] }, { eventTimeMs: timeMs - 1 }));
    expect((await trade.apply(receive(b1, { lots: [[lot, '12']] }))).flags).toEqual([]);
    expect(await trade.ledger.all('transit')).toMatchObject([{ amount: '10' }]);
  });

  it('spreads what fits none over the oldest first', async () => {
    const trade = await withHundred();
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, { eventTimeMs: timeMs - 2 }));
    const older = trade.lastHash;
    await trade.apply(ship(a1, b1, { lots: [[lot, '12']] }, { eventTimeMs: timeMs - 1 }));
    expect((await trade.apply(receive(b1, { lots: [[lot, '15']] }))).flags).toEqual(['received-short']);
    expect(await trade.ledger.all('transit')).toMatchObject([{ sent: '12', amount: '7' }]);
    expect(await trade.ledger.at('discrepancy', older, lot)).toBeNull();
    expect(await trade.ledger.all('discrepancy')).toMatchObject([{ kind: 'short', sent: '12', received: '5' }]);
  });

  it('records an over-delivery, and settles a short one, with both numbers', async () => {
    const trade = await withHundred();
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }));
    await trade.apply(receive(b1, { lots: [[lot, '4']] }));
    await trade.apply(receive(b1, { lots: [[lot, '6']] }));
    expect(await trade.ledger.all('discrepancy')).toMatchObject([{ kind: 'settled', sent: '10', received: '10' }]);
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }));
    await trade.apply(receive(b1, { lots: [[lot, '4']] }));
    await trade.apply(receive(b1, { lots: [[lot, '7.5']] }));
    expect((await trade.ledger.all('discrepancy')).at(-1)).toMatchObject({
      kind: 'over',
      sent: '10',
      received: '11.5',
    });
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '21.5' });
  });

  it('compares across units of measure that convert', async () => {
    const trade = await withHundred();
    await trade.apply(ship(a1, b1, { lots: [[lot, '1']] }));
    expect((await trade.apply(receive(b1, { lots: [[lot, '1000', 'GRM']] }))).flags).toEqual([]);
    await trade.apply(ship(a1, b1, { lots: [[lot, '1']] }));
    expect((await trade.apply(receive(b1, { lots: [[lot, '2', 'LBR']] }))).flags).toEqual(['received-short']);
    expect(await trade.ledger.all('transit')).toMatchObject([{ sent: '1', amount: '0.09281526', uom: 'KGM' }]);
  });

  it('is for the named receiver, at any of its places', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet], lots: [[lot, '5']] }));
    await trade.apply(receive(b2, { epcs: [pallet] }));
    expect((await trade.refuse(receive(b2, { lots: [[lot, '5']] }))).code).toBe('not-shipped');
    const named = { destinations: [{ type: 'location' as const, id: link(b1) }] };
    await trade.apply(receive(b2, { lots: [[lot, '5']] }, named));
    expect(await trade.ledger.at('holding', lot, b2)).toMatchObject({ amount: '5' });
  });

  it('looks at the source that it names', async () => {
    const trade = await withHundred();
    await trade.apply(ship(a1, b1, { lots: [[lot, '5']] }));
    const from = (place: string) => ({ sources: [{ type: 'location' as const, id: link(place) }] });
    expect((await trade.refuse(receive(b1, { lots: [[lot, '5']] }, from(a2)))).code).toBe('not-shipped');
    await trade.apply(receive(b1, { lots: [[lot, '5']] }, from(a1)));
  });

  it('gives a sender its own goods back', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet], lots: [[lot, '5']] }));
    const from = { sources: [{ type: 'location' as const, id: link(b1) }] };
    const { flags } = await trade.apply(receive(a1, { epcs: [pallet], lots: [[lot, '5']] }, from));
    expect(flags).toEqual(['returned-to-sender']);
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '90' });
    expect(await trade.ledger.all('transit')).toEqual([]);
  });
});

describe('units', () => {
  it('nest, and their contents go with the outermost', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '10']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [crate] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet] }));
    await trade.apply(receive(b1, { epcs: [pallet] }));
    // A crate on a pallet that is here can be unpacked here.
    await trade.apply(aggregate(b1, 'DELETE', crate, { lots: [[lot, '4']] }));
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '4', custodian: 'BMSP' });
    expect(await trade.ledger.at('containment', lot, crate)).toMatchObject({ amount: '6' });
    expect(await trade.refuse(aggregate(b1, 'DELETE', crate, { lots: [[lot, '6.1']] }))).toMatchObject({
      code: 'not-held',
      details: { held: '6', asked: '6.1', unit: crate },
    });
    await trade.apply(aggregate(b1, 'DELETE', pallet, {}));
    expect(await trade.ledger.at('unit', crate)).toMatchObject({
      location: { at: 'place', place: b1 },
      custodian: 'BMSP',
    });
  });

  it('cannot be gone with something in them, unless that is gone with them', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '10']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [crate] }));
    expect((await trade.refuse(objectEvent(a1, 'DELETE', 'decommissioning', { epcs: [pallet] }))).code).toBe(
      'unit-not-empty',
    );
    await trade.apply(destroy(a1, { epcs: [pallet] }));
    for (const kind of ['unit', 'containment'] as const) expect(await trade.ledger.all(kind)).toEqual([]);
  });

  it('have a parent that can hold something', async () => {
    const trade = await withHundred();
    for (const parent of [null, item]) {
      expect((await trade.refuse(aggregate(a1, 'ADD', parent, { lots: [[lot, '1']] }))).code).toBe('event-malformed');
    }
    expect((await trade.refuse(aggregate(a1, 'ADD', pallet, { epcs: [pallet] }))).code).toBe('unit-cycle');
  });
});

describe('transformation', () => {
  const juice = 'https://id.gs1.org/01/09506000134369/10/J';

  it('states its yield', async () => {
    const trade = await withHundred();
    await trade.apply(transform(a1, [[lot, '30']], [[juice, '20001', 'GRM']]));
    expect(await trade.ledger.at('transformation', trade.lastHash)).toMatchObject({ yieldPpm: 666_700 });
    expect(await trade.ledger.at('holding', juice, a1)).toMatchObject({ origin: 'network', amount: '20001' });
  });

  it('gives more than went in only within the tolerance', async () => {
    const trade = await withHundred();
    expect((await trade.refuse(transform(a1, [[lot, '10']], [[juice, '10.1001']]))).code).toBe('mass-balance');
    await trade.apply(transform(a1, [[lot, '10']], [[juice, '10.1']]));
    expect((await trade.refuse(transform(a1, [], [[juice, '1', null]]))).code).toBe('mass-balance');
  });

  it('adds up over the events of one transformationID, at one place', async () => {
    const trade = await withHundred();
    const id = 'urn:x:batch-1';
    await trade.apply(transform(a1, [[lot, '10']], [], id));
    await trade.apply(transform(a1, [], [[juice, '6']], id));
    expect((await trade.refuse(transform(a1, [], [[juice, '5']], id))).code).toBe('mass-balance');
    expect((await trade.refuse(transform(a2, [], [[juice, '1']], id))).code).toBe('not-permitted');
    expect(await trade.ledger.at('transformation', id)).toMatchObject({ yieldPpm: 600_000 });
  });

  it('has no yield where the units do not say the mass', async () => {
    const trade = await withHundred();
    const { flags } = await trade.apply(transform(a1, [[lot, '10']], [[juice, '8', 'EA']]));
    expect(flags).toEqual(['yield-unknown']);
  });
});

describe('association', () => {
  it('lasts from one event to the next', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '1']] }));
    await trade.apply(associate(a1, 'ADD', pallet, tracker, { eventTimeMs: timeMs - 5 }));
    expect((await trade.apply(associate(a1, 'ADD', pallet, tracker))).flags).toEqual(['already-associated']);
    await trade.apply(associate(a1, 'DELETE', pallet, tracker));
    expect(await trade.ledger.at('association', pallet, tracker)).toMatchObject({ fromMs: timeMs - 5, toMs: timeMs });
    expect((await trade.apply(associate(a1, 'DELETE', pallet, tracker))).flags).toEqual(['not-associated']);
  });

  it('is for whoever has the unit, or the place', async () => {
    const trade = await withHundred();
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '1']] }));
    expect((await trade.refuse(associate(b1, 'ADD', pallet, tracker))).code).toBe('not-in-custody');
    expect((await trade.refuse(associate(b1, 'ADD', link(a1), tracker))).code).toBe('event-party');
    await trade.apply(associate(b1, 'ADD', link(b2), tracker));
  });
});

describe('what only observes', () => {
  it.each(['transporting', 'storing', 'inspecting', 'sensor_reporting'] as const)(
    '%s changes nothing',
    async (step) => {
      const trade = await withHundred();
      const result = await trade.apply(objectEvent(a1, 'OBSERVE', step, { lots: [[lot, '999']] }));
      expect(result).toMatchObject({ outcome: 'observed', flags: [] });
      expect(await trade.ledger.all('holding')).toMatchObject([{ amount: '100' }]);
    },
  );

  it('void_shipping is marked', async () => {
    const trade = await withHundred();
    expect(await trade.apply(objectEvent(a1, 'OBSERVE', 'void_shipping', { lots: [[lot, '1']] }))).toMatchObject({
      outcome: 'observed',
      flags: ['void-shipping'],
    });
  });

  it('may have no place; what changes something has one', async () => {
    const trade = await withHundred();
    const nowhere = { readPoint: 'geo:48.1,11.5' };
    await trade.apply(objectEvent(a1, 'OBSERVE', 'transporting', { lots: [[lot, '1']] }, nowhere), 'AMSP');
    expect((await trade.refuse(enter(a1, { lots: [[lot, '1']] }, nowhere), 'AMSP')).code).toBe('event-party');
  });
});

describe('an event', () => {
  it.each([
    ['too far ahead', { eventTimeMs: timeMs + maxEventAheadMs + 1 }, 'event-malformed'],
    ['before 1970', { eventTimeMs: -1 }, 'event-malformed'],
    ['at a place that is not registered', { readPoint: link(unregistered) }, 'unknown-site'],
    ["at another organisation's place", { readPoint: link(b1) }, 'event-party'],
    ['with a control character in its name', { eventId: 'urn:x:\u0000' }, 'event-malformed'],
    ['with a name too long', { eventId: `urn:x:${'y'.repeat(400)}` }, 'event-malformed'],
  ])('%s is refused', async (_what, over, code) => {
    const trade = await withHundred();
    expect((await trade.refuse(enter(a1, { lots: [[lot, '1']] }, over), 'AMSP')).code).toBe(code);
  });
});
