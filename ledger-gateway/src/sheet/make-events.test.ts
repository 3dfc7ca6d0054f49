import { eventHash } from '@hopline/protocol/epcis';
import { expect, test } from 'vitest';
import { findHeader } from './find-header.ts';
import { makeEvents } from './make-events.ts';
import { type MappingInput, mappingSchema } from './mapping.ts';
import { fromRemembered, headerSignature, likelyStep, proposeMapping, toRemember } from './propose-mapping.ts';
import type { Lookups } from './read-lines.ts';
import { readTable } from './read-table.ts';
import { splitParts } from './split-parts.ts';
import { cellAt, type Row } from './table.ts';

const field = '9521001000017';
const packhouse = '9521002000016';
const gtin = '09521001000017';
const caseGtin = '09521002000016';
const sscc = '395210010000000018';

const lookups: Lookups = {
  placeByName: new Map([
    ['north field', field],
    ['packhouse', packhouse],
  ]),
  places: new Map([
    [field, { own: true }],
    [packhouse, { own: false }],
  ]),
  productByName: new Map([['romaine', gtin]]),
  products: new Set([gtin, caseGtin]),
  nowMs: Date.UTC(2026, 4, 5, 12),
};

const settings = { dateFormat: 'ymd', timeZone: 'Europe/Madrid', decimal: '.' } as const;

/** Makes events of a CSV text; columns are found by their names, and the mapping may say otherwise. */
async function convert(text: string, more: Partial<MappingInput> = {}, known: Partial<Lookups> = {}) {
  const sheet = findHeader(await readTable(Buffer.from(text)), null);
  const step = more.step ?? 'harvest';
  const proposed = proposeMapping({ step, sheet: null, headerRow: null }, sheet, {
    timeZone: 'UTC',
    semicolons: false,
  });
  const mapping = mappingSchema.parse({ ...proposed, ...settings, ...more });
  return makeEvents(sheet, mapping, { ...lookups, ...known });
}

/** Codes of problems by row and column. */
const told = ({ problems }: { problems: readonly { row: number | null; column: number | null; code: string }[] }) =>
  problems.map(({ row, column, code }) => `${row} ${column} ${code}`);

test('a harvest becomes an event for each row, with the offset of its day', async () => {
  const { events, problems } = await convert(
    'Date,Time,Field,Product,Lot,Amount,Unit,Best before\n' +
      `2026-05-04,06:30,North Field,Romaine,A/1,"1,250.5",kg,2026-05-14\n2026-01-04,06:30,${field},${gtin},A/2,20,cases,\n`,
  );
  expect(problems.map(({ code }) => code)).toEqual(['far-back']);
  expect(events.map(({ rows }) => rows)).toEqual([[2], [3]]);
  expect(events[0]?.event).toEqual({
    '@context': { cbvmda: 'urn:epcglobal:cbv:mda:' },
    type: 'ObjectEvent',
    eventTime: '2026-05-04T06:30:00+02:00',
    eventTimeZoneOffset: '+02:00',
    action: 'ADD',
    bizStep: 'commissioning',
    disposition: 'active',
    readPoint: { id: `https://id.gs1.org/414/${field}` },
    bizLocation: { id: `https://id.gs1.org/414/${field}` },
    quantityList: [{ epcClass: `https://id.gs1.org/01/${gtin}/10/A%2F1`, quantity: 1250.5, uom: 'KGM' }],
    ilmd: { 'cbvmda:bestBeforeDate': '2026-05-14' },
  });
  expect(events[1]?.event).toMatchObject({
    eventTime: '2026-01-04T06:30:00+01:00',
    quantityList: [{ quantity: 20, uom: 'XCS' }],
  });
});

test('rows of one run are one transformation of all inputs into all outputs', async () => {
  const { events, problems } = await convert(
    'Date,Packhouse,Run,Input product,Input lot,Input amount,Input unit,Output product,Output lot,Output amount,Output unit\n' +
      `2026-05-04 10:00,${field},R1,${gtin},F1,500,kg,${caseGtin},C1,40,pcs\n` +
      `2026-05-04 10:00,${field},R1,${gtin},F2,300,kg,,,,\n` +
      `2026-05-04 11:00,${field},R2,${gtin},F2,10,kg,,,,\n`,
    { step: 'pack' },
  );
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    rows: [2, 3],
    event: {
      type: 'TransformationEvent',
      inputQuantityList: [{ quantity: 500, uom: 'KGM' }, { quantity: 300 }],
      outputQuantityList: [{ epcClass: `https://id.gs1.org/01/${caseGtin}/10/C1`, quantity: 40 }],
      bizTransactionList: [{ type: 'prodorder', bizTransaction: `urn:epcglobal:cbv:bt:${field}:R1` }],
    },
  });
  expect(events[0]?.event.outputQuantityList).toEqual([expect.not.objectContaining({ uom: expect.anything() })]);
  expect(told({ problems })).toEqual(['4 null one-sided']);
});

test('a shipment of pallets and loose lots is one event; what lies on a pallet is not named again', async () => {
  const rows = [
    `2026-05-04 10:00,${field},${packhouse},${sscc},${gtin},F1,40,kg`,
    `2026-05-04 10:00,${field},${packhouse},${sscc},${gtin},F2,40,kg`,
    `2026-05-04 10:00,${field},${packhouse},,${gtin},F3,5,kg`,
    `2026-05-04 10:00,${field},${field},,${gtin},F3,5,kg`,
    `2026-05-04 10:00,${field},${packhouse},,,,,`,
  ];
  const { events, problems } = await convert(`Date,From,To,SSCC,Product,Lot,Amount,Unit\n${rows.join('\n')}\n`, {
    step: 'ship',
  });
  expect(events).toEqual([
    {
      rows: [2, 3, 4],
      event: expect.objectContaining({
        bizStep: 'shipping',
        epcList: [`https://id.gs1.org/00/${sscc}`],
        quantityList: [expect.objectContaining({ quantity: 5 })],
        sourceList: [{ type: 'location', source: `https://id.gs1.org/414/${field}` }],
        destinationList: [{ type: 'location', destination: `https://id.gs1.org/414/${packhouse}` }],
      }),
    },
  ]);
  expect(told({ problems })).toEqual(['2 5 contents-left-out', '5 1 same-place', '6 null incomplete-goods']);
});

test('receipts, pallets and cooling are events of their own kinds', async () => {
  const goods = `${gtin},F1,40,kg`;
  const receipt = await convert(`Date,Received at,Product,Lot,Amount,Unit\n2026-05-04 10:00,${field},${goods}\n`, {
    step: 'receive',
  });
  expect(receipt.events[0]?.event).toMatchObject({ bizStep: 'receiving', destinationList: [{ type: 'location' }] });
  expect(receipt.events[0]?.event).not.toHaveProperty('sourceList');
  const pallet = await convert(
    `Date,Place,SSCC,Product,Lot,Amount,Unit\n2026-05-04 10:00,${field},${sscc},${goods}\n`,
    { step: 'palletise' },
  );
  expect(pallet.events[0]?.event).toMatchObject({
    type: 'AggregationEvent',
    action: 'ADD',
    parentID: `https://id.gs1.org/00/${sscc}`,
  });
  const cool = (temperature: string, unit = '') =>
    convert(
      `Date,Cooler,Product,Lot,Amount,Unit,Pulp temp,Temp unit\n2026-05-04 10:00,${field},${goods},${temperature},${unit}\n`,
      { step: 'cool' },
    );
  const cooling = await cool('-0.5 °C');
  expect(cooling.events[0]?.event).toMatchObject({
    action: 'OBSERVE',
    bizStep: 'urn:hopline:bizstep:cooling',
    sensorElementList: [{ sensorReport: [{ type: 'Temperature', value: -0.5, uom: 'CEL' }] }],
  });
  expect((await cool('39', 'F')).events[0]?.event).toMatchObject({
    sensorElementList: [{ sensorReport: [{ value: 39, uom: 'FAH' }] }],
  });
  expect(told(await cool('4'))).toEqual(['2 7 missing']);
  expect(told(await cool('4 K'))).toEqual(['2 6 unknown-unit']);
  expect((await cool('')).events[0]?.event).not.toHaveProperty('sensorElementList');
});

const header = 'Date,Field,Product,Lot,Amount,Unit\n';
const good = ['2026-05-04 06:30', field, gtin, 'L1', '5', 'kg'];
const withCell = (column: number, text: string) =>
  `${header}${good.map((cell, i) => (i === column ? text : cell)).join(',')}\n`;

test.each(['Datum;Uhrzeit;Feld;Produkt;Los;Menge;Einheit', 'Fecha;Hora;Lugar;Producto;Lote;Cantidad;Unidad'])(
  'columns are known by their names in other languages too: %s',
  async (names) => {
    const file = Buffer.from(`${names}
17.04.2026;06:30;F;${gtin};L1;1.250,5;kg
`);
    const at = { step: 'harvest', sheet: null, headerRow: null } as const;
    const sheet = findHeader(await readTable(file), null);
    const { columns } = proposeMapping(at, sheet, { timeZone: 'Europe/Berlin', semicolons: true });
    expect(columns).toEqual({ date: 0, timeOfDay: 1, place: 2, product: 3, lot: 4, quantity: 5, unit: 6 });
  },
);

test.each([
  ['date', 0, '', 'missing'],
  ['date', 0, '2026-05-04', 'time-missing'],
  ['date', 0, '4/5/26 06:30', 'two-digit-year'],
  ['date', 0, '31.04.2026 06:30', 'date-format'],
  ['date', 0, '2026-05-04 25:30', 'date-format'],
  ['date', 0, '2026-03-29 02:30', 'no-such-time'],
  ['date', 0, '2026-05-07 06:30', 'future'],
  ['field', 1, 'South Field', 'unknown-place'],
  ['field', 1, '9521001000024', 'unknown-place'],
  ['field', 1, '9521001000018', 'check-digit'],
  ['field', 1, packhouse, 'foreign-place'],
  ['product', 2, '9.521E+12', 'scientific-notation'],
  ['product', 2, '09521001000018', 'check-digit'],
  ['product', 2, 'lettuce', 'identifier'],
  ['product', 2, `https://id.gs1.org/414/${field}`, 'identifier'],
  ['lot', 3, 'A lot number that is far too long', 'identifier'],
  ['lot', 3, '1.2E+05', 'scientific-notation'],
  ['amount', 4, 'a few', 'not-a-number'],
  ['amount', 4, '"1,25"', 'not-a-number'],
  ['amount', 4, '0', 'not-positive'],
  ['amount', 4, '0.12345678901234567', 'too-precise'],
  ['amount', 4, '5 bushels', 'unknown-unit'],
  ['unit', 5, 'ton', 'unknown-unit'],
  ['unit', 5, '', 'missing'],
])('a %s in column %i that reads %j is the error %s at its cell', async (_, column, text, code) => {
  const { events, problems } = await convert(withCell(column, text));
  expect(events).toEqual([]);
  expect(problems).toEqual([expect.objectContaining({ row: 2, column, code, severity: 'error' })]);
  for (const { message, advice } of problems) expect(`${message} ${advice}`).toMatch(/\w+ \w+/);
});

test.each([
  ['product', 2, '9521001000017', 'zeros-restored', false],
  ['product', 2, '09521003000015', 'unknown-product', true],
  ['date', 0, '2026-10-25 02:30', 'ambiguous-time', true],
  ['date', 0, '2026-05-06 08:30', 'future', true],
])('a %s in column %i that reads %j is taken, and told as %s', async (_, column, text, code, isWarning) => {
  const nowMs = code === 'ambiguous-time' ? Date.UTC(2026, 9, 26) : lookups.nowMs;
  const { events, problems } = await convert(withCell(column, text), {}, { nowMs });
  expect(events).toHaveLength(1);
  // A GTIN of 13 digits is a GTIN in a text: only a spreadsheet's number has lost something.
  const expected =
    code === 'zeros-restored' ? [] : [expect.objectContaining({ code, severity: isWarning ? 'warning' : 'note' })];
  expect(problems).toEqual(expected);
});

test('numbers and dates that a spreadsheet made are told from what was typed', async () => {
  const cell = (text: string, kind: 'text' | 'number' | 'date' | 'error' = 'text') => ({ text, kind });
  const convertCells = (change: Record<number, ReturnType<typeof cell>>) => {
    const cells = good.map((text, i) => change[i] ?? cell(text));
    const columns = ['Date', 'Field', 'Product', 'Lot', 'Amount', 'Unit'];
    const rows: Row[] = [{ number: 2, cells }];
    expect(rows.map((row) => cellAt(row, 9).text)).toEqual(['']);
    const at = { step: 'harvest', sheet: null, headerRow: null } as const;
    const sheet = { headerRow: 1, columns, rows };
    return makeEvents(
      sheet,
      mappingSchema.parse({
        ...proposeMapping(at, sheet, { timeZone: 'UTC', semicolons: true }),
        ...settings,
        decimal: ',',
      }),
      lookups,
    );
  };
  const restored = convertCells({
    2: cell('9521001000017', 'number'),
    4: cell('0.5', 'number'),
    0: cell('2026-05-04 06:30:00', 'date'),
  });
  expect(told(restored)).toEqual(['2 2 zeros-restored']);
  expect(restored.problems[0]?.message).toContain(gtin);
  expect(restored.events[0]?.event).toMatchObject({ quantityList: [{ quantity: 0.5 }] });
  expect(told(convertCells({ 3: cell('2026-05-04', 'date') }))).toEqual(['2 3 is-date']);
  expect(told(convertCells({ 2: cell('3.9521001000000002E+17', 'number') }))).toEqual(['2 2 digits-lost']);
  expect(told(convertCells({ 4: cell('#REF!', 'error') }))).toEqual(['2 4 is-error']);
});

test('values for all rows take the place of columns, and what has neither is told once', async () => {
  const text = 'Lot,Amount\nL1,5 lb\nL2,"1.000,5 kg"\n';
  const constants = { date: '04.05.2026', timeOfDay: '6:30 PM', place: 'North Field', product: 'Romaine' };
  const { events, problems } = await convert(text, { constants, dateFormat: 'dmy', decimal: ',', timeZone: '-07:00' });
  expect(problems).toEqual([]);
  expect(events.map(({ event }) => event)).toEqual([
    expect.objectContaining({
      eventTime: '2026-05-04T18:30:00-07:00',
      quantityList: [expect.objectContaining({ quantity: 5, uom: 'LBR' })],
    }),
    expect.objectContaining({ quantityList: [expect.objectContaining({ quantity: 1000.5, uom: 'KGM' })] }),
  ]);
  const bare = await convert(text);
  expect(bare.events).toEqual([]);
  expect(bare.problems.map(({ row, field: name, code }) => [row, name, code])).toEqual([
    [null, 'date', 'not-mapped'],
    [null, 'place', 'not-mapped'],
    [null, 'product', 'not-mapped'],
  ]);
});

test("a sheet's own words for units are what its mapping says", async () => {
  const { events } = await convert(withCell(5, 'Steigen'), { units: { steigen: 'XCR' } });
  expect(events[0]?.event).toMatchObject({ quantityList: [{ uom: 'XCR' }] });
});

test('the same row twice is an error, in one event and as two', async () => {
  const harvest = await convert(`${withCell(0, '2026-05-04 06:30')}${good.join(',')}\n`);
  expect(told(harvest)).toEqual(['3 null repeated']);
  const row = `2026-05-04 10:00,${field},${packhouse},${gtin},F1,40,kg`;
  const shipment = await convert(`Date,From,To,Product,Lot,Amount,Unit\n${row}\n${row}\n`, { step: 'ship' });
  expect(shipment.events).toEqual([]);
  expect(told(shipment)).toEqual(['3 null repeated']);
});

test('the same sheet gives events of the same hash again', async () => {
  const [first, second] = [await convert(withCell(3, 'L1')), await convert(withCell(3, 'L1'))];
  expect(await eventHash(first.events[0]?.event ?? {})).toBe(await eventHash(second.events[0]?.event ?? {}));
});

test('events go into as few parts as transactions can take', () => {
  const events = Array.from({ length: 5 }, (_, i) => ({ rows: [i + 2], event: { text: 'x'.repeat(90) } }));
  const sizes = (limits: Parameters<typeof splitParts>[1]) =>
    splitParts(events, limits).map((part) => part.events.length);
  expect(sizes({ maxEventsPerPart: 200, maxPartBytes: 10_000 })).toEqual([5]);
  expect(sizes({ maxEventsPerPart: 2, maxPartBytes: 10_000 })).toEqual([2, 2, 1]);
  expect(sizes({ maxEventsPerPart: 200, maxPartBytes: 320 })).toEqual([3, 2]);
  expect(splitParts(events, { maxEventsPerPart: 3, maxPartBytes: 10_000 }).map(({ name }) => name)).toEqual([
    'Part 1 of 2: rows 2 to 4',
    'Part 2 of 2: rows 5 to 6',
  ]);
});

test('columns are proposed by what people call them, and remembered by their names in any order', async () => {
  const sheet = findHeader(
    await readTable(
      Buffer.from(
        'Ship To GLN;Ship From GLN;Ship Date;Traceability Lot Code;Artikel;Menge;Einheit\nx;y;04.05.2026 10:00;L;09;1,5;kg\n',
      ),
    ),
    null,
  );
  expect(likelyStep(sheet)).toBe('ship');
  const at = { step: 'ship', sheet: null, headerRow: null } as const;
  const proposed = proposeMapping(at, sheet, { timeZone: 'Europe/Berlin', semicolons: true });
  expect(proposed).toMatchObject({
    columns: { to: 0, place: 1, date: 2, lot: 3, product: 4, quantity: 5, unit: 6 },
    dateFormat: 'dmy',
    decimal: ',',
    timeZone: 'Europe/Berlin',
  });
  const turned = { ...sheet, columns: [...sheet.columns].reverse() };
  expect(headerSignature(turned.columns)).toBe(headerSignature(sheet.columns));
  const remembered = toRemember({ ...mappingSchema.parse(proposed), constants: { timeOfDay: '08:00' } }, sheet.columns);
  expect(fromRemembered(remembered, at, turned)).toMatchObject({
    columns: { to: 6, place: 5, date: 4, lot: 3, product: 2, quantity: 1, unit: 0 },
    constants: { timeOfDay: '08:00' },
  });
  const earlier = new Map([['ship to gln', 'place' as const]]);
  expect(proposeMapping(at, sheet, { timeZone: 'UTC', semicolons: true }, earlier).columns.place).toBe(0);
});
