import { noAttribute, type Policy, strictPolicy, tolerantPolicy } from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { aggregate, destroy, enter, objectEvent, receive, ship, transform } from '../testing/events.ts';
import { a1, a2, b1, b2, link, Trade, timeMs } from '../testing/trade.ts';
import { maxUnitDepth } from './units.ts';

const lot = 'https://id.gs1.org/01/09506000134352/10/L';
const juice = 'https://id.gs1.org/01/09506000134369/10/J';
const item = 'https://id.gs1.org/01/09506000134352/21/1';
const [pallet, crate] = ['https://id.gs1.org/00/095060000000000017', 'https://id.gs1.org/00/095060000000000024'];
const at = (minutes: number) => ({ eventTimeMs: timeMs + minutes * 60_000 });
const from = (gln: string) => ({ sources: [{ type: 'location' as const, id: link(gln) }] });
const returned = { disposition: 'returned' as const };

const tolerant = () => new Trade([tolerantPolicy('AMSP'), tolerantPolicy('BMSP')]);
const kilograms = (amount: string) => ({ amount, uom: 'KGM' });

async function remarks(trade: Trade) {
  return (await trade.ledger.at('event', trade.lastHash, noAttribute))?.remarks ?? [];
}

describe('single items', () => {
  it.each([
    ['strict', () => new Trade()],
    ['tolerant', tolerant],
  ])(
    'are shipped, refused, received, packed, unpacked, used and sold as lots are, under the %s policy',
    async (_policy, make) => {
      const trade = make();
      const [one, two, three] = ['1', '2', '3'].map(
        (serial) => `https://id.gs1.org/01/09506000134352/21/${serial}`,
      ) as [string, string, string];
      const all = { epcs: [one, two, three] };
      await trade.apply(enter(a1, all));
      await trade.apply(ship(a1, b1, all));
      await trade.apply(objectEvent(b1, 'OBSERVE', 'arriving', { epcs: [three] }, returned));
      await trade.apply(receive(a1, { epcs: [three] }));
      await trade.apply(receive(b1, { epcs: [one, two] }));
      await trade.apply(aggregate(b1, 'ADD', pallet, { epcs: [one, two] }));
      await trade.apply(ship(b1, b2, { epcs: [pallet] }));
      await trade.apply(receive(b2, { epcs: [pallet] }));
      await trade.apply(aggregate(b2, 'DELETE', pallet, { epcs: [one] }));
      await trade.apply(aggregate(b2, 'DELETE', pallet, {}));
      await trade.apply(objectEvent(b2, 'OBSERVE', 'retail_selling', { epcs: [one] }));
      expect(await trade.ledger.all('holding')).toMatchObject([
        { item: two, place: b2, amount: '1', custodian: 'BMSP' },
        { item: three, place: a1, amount: '1', custodian: 'AMSP' },
      ]);
      expect(await trade.ledger.all('transit')).toEqual([]);
    },
  );
});

describe('goods that nobody told of', () => {
  it.each([
    ['shipped', (lots: [[string, string]]) => ship(a1, b1, { lots })],
    ['packed', (lots: [[string, string]]) => aggregate(a1, 'ADD', pallet, { lots })],
    ['used', (lots: [[string, string]]) => transform(a1, lots, [[juice, '1']])],
    ['destroyed', (lots: [[string, string]]) => destroy(a1, { lots })],
  ])('enter with both numbers when they are %s, and are refused under the strict policy', async (_how, event) => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '3']] }));
    const { flags } = await trade.apply(event([[lot, '10']]));
    expect(flags).toContain('not-held');
    expect(await remarks(trade)).toContainEqual(
      expect.objectContaining({ flag: 'not-held', subject: lot, booked: kilograms('3'), stated: kilograms('10') }),
    );
    const record = await trade.ledger.at('event', trade.lastHash, noAttribute);
    expect(record?.movements).toContainEqual({
      item: lot,
      ...kilograms('7'),
      origin: 'declared',
      from: { at: 'outside' },
      to: { at: 'place', place: a1 },
    });
    trade.setPolicy(strictPolicy('AMSP'));
    expect(await trade.refuse(event([[lot, '10']]))).toMatchObject({ code: 'not-held', details: { asked: '10' } });
  });

  it('are taken back where a late event says that they had come before', async () => {
    const trade = tolerant();
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, at(5)));
    const shortfall = trade.lastHash;
    // Four came afterwards, and explain nothing; eight came before, and explain as many.
    await trade.apply(enter(a1, { lots: [[lot, '4']] }, at(6)));
    expect((await trade.apply(enter(a1, { lots: [[lot, '8']] }, at(1)))).flags).toContain('explains-shortfall');
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '4' });
    expect(await trade.ledger.at('shortfall', a1, lot, shortfall)).toMatchObject({ open: '2', entered: '10' });
    await trade.apply(enter(a1, { lots: [[lot, '2000', 'GRM']] }, at(2)));
    expect(await trade.ledger.all('shortfall')).toEqual([]);
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '4' });
  });

  it('count as received where they were on the way to there, and their late receipt changes nothing', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(0)));
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, at(1)));
    const { flags } = await trade.apply(ship(b1, b2, { lots: [[lot, '6']] }, at(3)));
    expect(flags).toEqual(['receipt-missing']);
    expect((await trade.ledger.all('transit')).map(({ to, amount }) => [to, amount])).toEqual([
      [b1, '4'],
      [b2, '6'],
    ]);
    expect((await trade.apply(receive(b1, { lots: [[lot, '10']] }, at(2)))).flags).toEqual(['already-received']);
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '4', origin: 'declared' });
    expect(await trade.ledger.all('shortfall')).toEqual([]);
  });

  it('never enter a second time where they have a serial number', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { epcs: [item] }));
    expect((await trade.refuse(ship(a2, b1, { epcs: [item] }))).code).toBe('not-held');
    const other = `${item}2`;
    await trade.apply(ship(a1, b1, { epcs: [other] }, at(5)));
    // The one that was shipped is the one that is commissioned late; a second one there is not.
    await trade.apply(enter(a1, { epcs: [other] }, at(1)));
    expect((await trade.refuse(enter(a1, { epcs: [other] }, at(2)))).code).toBe('already-commissioned');
  });
});

describe('a receipt before its shipment', () => {
  it('is there from then on, and is matched in parts with what is shipped later, in any unit that converts', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '100']] }, at(0)));
    expect((await trade.apply(receive(b1, { lots: [[lot, '10']] }, at(9)))).flags).toEqual(['received-early']);
    const receipt = trade.lastHash;
    expect(await remarks(trade)).toMatchObject([{ booked: kilograms('0'), stated: kilograms('10') }]);
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '10', origin: 'declared' });
    const first = await trade.apply(ship(a1, b1, { lots: [[lot, '4000', 'GRM']] }, at(1)));
    expect(first.flags).toEqual(['received-over', 'shipped-late']);
    const over = trade.lastHash;
    expect(await trade.ledger.at('discrepancy', over, lot)).toMatchObject({ kind: 'over', sent: '4', received: '10' });
    expect(await trade.ledger.at('early', b1, lot, receipt)).toMatchObject({ amount: '6', received: '10' });
    // The second brings the rest and two more, which stay on the way.
    expect((await trade.apply(ship(a1, b1, { lots: [[lot, '8']] }, at(2)))).flags).toContain('received-short');
    expect(await trade.ledger.at('discrepancy', over, lot)).toMatchObject({ kind: 'settled', received: '4' });
    expect(await trade.ledger.at('discrepancy', trade.lastHash, lot)).toMatchObject({ sent: '8', received: '6' });
    expect(await trade.ledger.all('early')).toEqual([]);
    expect(await trade.ledger.all('transit')).toMatchObject([{ amount: '2', sent: '8' }]);
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '88' });
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '10' });
  });

  it('belongs to the shipper that it names', async () => {
    const trade = tolerant();
    for (const place of [a1, a2]) await trade.apply(enter(place, { lots: [[lot, '10']] }));
    await trade.apply(receive(b1, { lots: [[lot, '10']] }, from(a2)));
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }));
    expect(await trade.ledger.all('early')).toMatchObject([{ amount: '10' }]);
    await trade.apply(ship(a2, b1, { lots: [[lot, '10']] }));
    expect(await trade.ledger.all('early')).toEqual([]);
    expect(await trade.ledger.all('transit')).toMatchObject([{ from: a1, amount: '10' }]);
  });

  it('says so where the shipment is dated after it', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(0)));
    await trade.apply(receive(b1, { lots: [[lot, '10']] }, at(1)));
    expect((await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, at(2)))).flags).toEqual([
      'shipped-late',
      'time-order',
    ]);
  });

  const withPallet = async (...policies: Policy[]) => {
    const trade = new Trade(policies);
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(0)));
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }, at(1)));
    return trade;
  };

  it("moves another's unit only where its holder lets that pass", async () => {
    const alone = await withPallet(tolerantPolicy('BMSP'));
    expect(await alone.refuse(receive(b1, { epcs: [pallet] }, at(9)))).toMatchObject({
      code: 'not-shipped',
      details: { holder: 'AMSP' },
    });
    const strictReceiver = await withPallet(tolerantPolicy('AMSP'));
    expect((await strictReceiver.refuse(receive(b1, { epcs: [pallet] }, at(9)))).code).toBe('not-shipped');

    const trade = await withPallet(tolerantPolicy('AMSP'), tolerantPolicy('BMSP'));
    await trade.apply(receive(b1, { epcs: [pallet] }, at(9)));
    expect(await trade.ledger.at('unit', pallet)).toMatchObject({ custodian: 'BMSP', location: { place: b1 } });
    expect((await trade.apply(ship(a1, b1, { epcs: [pallet] }, at(2)))).flags).toEqual(['shipped-late']);
    expect(await trade.ledger.all('early')).toEqual([]);
    expect(await trade.ledger.at('unit', pallet)).toMatchObject({ custodian: 'BMSP', location: { place: b1 } });
  });

  it('takes in a unit from outside with what it is said to hold, and its late packing explains that', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(0)));
    const received = aggregate(b1, 'OBSERVE', pallet, { lots: [[lot, '10']] }, { bizStep: 'receiving', ...at(9) });
    expect((await trade.apply(received)).flags).toEqual(['received-early', 'not-held']);
    const packed = await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }, at(1)));
    expect(packed.flags).toEqual(['packed-late', 'explains-shortfall']);
    expect(await trade.ledger.at('unit', pallet)).toMatchObject({
      location: { place: b1 },
      items: [{ item: lot, amount: '10' }],
    });
    expect(await trade.ledger.all('holding')).toEqual([]);
    await trade.apply(ship(a1, b1, { epcs: [pallet] }, at(2)));
    expect(await trade.ledger.all('early')).toEqual([]);
    expect(await trade.ledger.all('shortfall')).toEqual([]);
  });
});

describe('units of measure that do not convert', () => {
  it('are refused, or marked with both numbers on a receipt', async () => {
    const trade = new Trade([{ ...tolerantPolicy('BMSP'), unitOfMeasure: 'refuse' }]);
    await trade.apply(enter(a1, { lots: [[lot, '10', 'CS']] }));
    await trade.apply(ship(a1, b1, { lots: [[lot, '10', 'CS']] }));
    const shipment = trade.lastHash;
    const event = receive(b1, { lots: [[lot, '120', 'EA']] });
    expect((await trade.refuse(event)).code).toBe('quantity');
    trade.setPolicy(tolerantPolicy('BMSP'));
    expect((await trade.apply(event)).flags).toEqual(['units-differ']);
    expect(await trade.ledger.at('discrepancy', shipment, lot)).toMatchObject({
      kind: 'units',
      sent: '10',
      uom: 'CS',
      received: '120',
      receivedUom: 'EA',
    });
    expect(await trade.ledger.all('transit')).toEqual([]);
    expect(await trade.ledger.at('holding', lot, b1)).toMatchObject({ amount: '120', uom: 'EA' });
  });

  it('leave what is there alone where goods are taken in another', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '10', 'CS']] }));
    expect((await trade.apply(ship(a1, b1, { lots: [[lot, '5', 'KGM']] }))).flags).toEqual(['units-differ']);
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '10', uom: 'CS' });
    trade.setPolicy({ ...tolerantPolicy('AMSP'), unitOfMeasure: 'refuse' });
    expect((await trade.refuse(ship(a1, b1, { lots: [[lot, '5', 'KGM']] }))).code).toBe('quantity');
  });
});

describe('a transformation', () => {
  it('that gives more than went in is marked with both masses', async () => {
    const trade = tolerant();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }));
    expect((await trade.apply(transform(a1, [[lot, '10']], [[juice, '15']]))).flags).toEqual(['mass-balance']);
    expect(await remarks(trade)).toMatchObject([{ booked: kilograms('10'), stated: kilograms('15') }]);
    expect(await trade.ledger.at('transformation', trade.lastHash)).toMatchObject({ yieldPpm: 1_500_000 });
  });
});

describe('refusal by the receiver', () => {
  it('turns a unit round without taking it over', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet] }));
    const refusal = objectEvent(b1, 'OBSERVE', 'arriving', { epcs: [pallet] }, returned);
    const elsewhere = objectEvent(a2, 'OBSERVE', 'arriving', { epcs: [pallet] }, returned);
    expect((await trade.refuse(elsewhere)).code).toBe('event-party');
    expect((await trade.apply(refusal)).flags).toEqual(['refused-by-receiver']);
    expect(await trade.ledger.at('unit', pallet)).toMatchObject({
      custodian: 'AMSP',
      location: { at: 'transit', from: b1, to: a1 },
    });
    expect((await trade.refuse(receive(b1, { epcs: [pallet] }))).code).toBe('event-party');
    await trade.apply(receive(a1, { epcs: [pallet] }));
    expect(await trade.ledger.at('unit', pallet)).toMatchObject({ location: { at: 'place', place: a1 } });
  });

  it('sends a part back, and the rest is received, with all three numbers', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }));
    await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }));
    const shipment = trade.lastHash;
    const refuse = (amount: string) => objectEvent(b1, 'OBSERVE', 'arriving', { lots: [[lot, amount]] }, returned);
    expect((await trade.refuse(refuse('11'))).code).toBe('not-shipped');
    await trade.apply(refuse('4'));
    await trade.apply(receive(b1, { lots: [[lot, '6']] }));
    expect(await trade.ledger.at('discrepancy', shipment, lot)).toMatchObject({
      kind: 'refused',
      sent: '10',
      received: '6',
      refused: '4',
    });
    expect((await trade.apply(receive(a1, { lots: [[lot, '4']] }))).flags).toEqual([]);
    expect(await trade.ledger.at('holding', lot, a1)).toMatchObject({ amount: '4' });
    expect(await trade.ledger.all('transit')).toEqual([]);
  });

  it('without the disposition only observes', async () => {
    const trade = new Trade();
    expect((await trade.apply(objectEvent(b1, 'OBSERVE', 'arriving', { lots: [[lot, '1']] }))).outcome).toBe(
      'observed',
    );
  });
});

describe('times that disagree', () => {
  it('are marked under any policy: a receipt before its shipment, a shipment before the harvest', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(5)));
    expect((await trade.apply(ship(a1, b1, { lots: [[lot, '10']] }, at(4)))).flags).toEqual(['time-order']);
    expect((await trade.apply(receive(b1, { lots: [[lot, '10']] }, at(3)))).flags).toEqual(['time-order']);
    expect(await remarks(trade)).toMatchObject([
      { subject: lot, bookedMs: at(4).eventTimeMs, statedMs: at(3).eventTimeMs },
    ]);
  });

  it('are marked for an unpacking before the packing', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }, at(0)));
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }, at(5)));
    expect((await trade.apply(aggregate(a1, 'DELETE', pallet, {}, at(4)))).flags).toEqual(['time-order']);
  });
});

describe('aggregations', () => {
  it('stand in no loop, at whatever depth', async () => {
    const trade = tolerant();
    const units = Array.from({ length: 12 }, (_, i) => `https://id.gs1.org/8004/9506UNIT${i}`);
    const [outermost = ''] = units;
    await trade.apply(aggregate(a1, 'ADD', units.at(-1) ?? '', { lots: [[lot, '1']] }));
    for (let i = units.length - 2; i >= 0; i--) {
      await trade.apply(aggregate(a1, 'ADD', units[i] ?? '', { epcs: [units[i + 1] ?? ''] }));
    }
    for (const inner of [units[1], units[6], units.at(-1)]) {
      expect((await trade.refuse(aggregate(a1, 'ADD', inner ?? '', { epcs: [outermost] }))).code).toBe('unit-cycle');
    }
    const self = aggregate(b1, 'OBSERVE', crate, { epcs: [crate] }, { bizStep: 'receiving' });
    expect((await trade.refuse(self)).code).toBe('unit-cycle');
  });

  it('are no deeper than can be followed', async () => {
    const trade = tolerant();
    const unit = (i: number) => `https://id.gs1.org/8004/9506DEEP${i}`;
    await trade.apply(aggregate(a1, 'ADD', unit(0), { lots: [[lot, '1']] }));
    for (let i = 1; i < maxUnitDepth; i++) await trade.apply(aggregate(a1, 'ADD', unit(i), { epcs: [unit(i - 1)] }));
    const deeper = aggregate(a1, 'ADD', unit(maxUnitDepth), { epcs: [unit(maxUnitDepth - 1)] });
    expect(await trade.refuse(deeper)).toMatchObject({ code: 'too-large', details: { depth: maxUnitDepth + 1 } });
    await trade.apply(aggregate(a1, 'DELETE', unit(0), {}));
  });

  it('hold nothing twice', async () => {
    const trade = tolerant();
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [], lots: [[lot, '1']] }));
    await trade.apply(aggregate(a1, 'ADD', crate, { epcs: [pallet] }));
    expect(
      (await trade.refuse(aggregate(a1, 'ADD', 'https://id.gs1.org/00/095060000000000031', { epcs: [pallet] }))).code,
    ).toBe('not-held');
  });

  it('that are observed with other contents than the books have are marked, with both numbers', async () => {
    const trade = new Trade();
    await trade.apply(enter(a1, { lots: [[lot, '10']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { lots: [[lot, '10']] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet] }));
    const seen = aggregate(b1, 'OBSERVE', pallet, { lots: [[lot, '9']] }, { bizStep: 'receiving' });
    expect((await trade.apply(seen)).flags).toEqual(['contents-differ']);
    expect(await remarks(trade)).toMatchObject([{ booked: kilograms('10'), stated: kilograms('9') }]);
  });
});
