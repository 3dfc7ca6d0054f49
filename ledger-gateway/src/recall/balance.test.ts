import type { FindingRecord } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { balanceOf } from './balance.ts';
import type { FrozenPart, ScopeDocument } from './scope-document.ts';

const [store, depot] = ['9506000100012', '9506000100029'];
const owner = (gln: string) => (gln === store ? 'RetailMSP' : 'FreshHubMSP');

function part(over: Partial<FrozenPart>): FrozenPart {
  return {
    item: 'lot',
    state: 'held',
    place: store,
    from: null,
    custodian: 'RetailMSP',
    amount: '10',
    uom: 'KGM',
    units: [],
    how: null,
    sinceMs: 0,
    event: 'e',
    ...over,
  };
}

function frozen(parts: readonly FrozenPart[]): ScopeDocument {
  const items = [...new Set(parts.map(({ item }) => item))];
  return {
    format: 1,
    frozenBy: 'FreshHubMSP',
    frozenAtMs: 0,
    height: 1,
    blockTimeMs: 0,
    suspects: items,
    lots: items.map((item) => ({ item, gtin: null, lot: null, serial: null, product: null, via: null, from: [] })),
    parts: [...parts],
    places: [],
    organisations: [],
    outside: [],
  };
}

function found(over: Partial<FindingRecord>): FindingRecord {
  const nothing = { quarantined: '0', returned: '0', destroyed: '0', sold: '0', notFound: '0', note: null };
  return {
    schema: 1,
    recallId: 'R-1',
    mspId: 'RetailMSP',
    atMs: 5,
    place: store,
    item: 'lot',
    uom: 'KGM',
    ...nothing,
    ...over,
  };
}

const linesOf = (...args: Parameters<typeof balanceOf>) => balanceOf(...args).lines;

test('expects what lies there and what is on the way to there, loose and in units', () => {
  const document = frozen([
    part({}),
    part({ amount: '2.5', units: ['pallet'] }),
    part({ state: 'in-transit', from: depot, amount: '1000', uom: 'GRM', custodian: 'FreshHubMSP' }),
    part({ state: 'gone', how: 'sold', amount: '4' }),
    part({ state: 'gone', how: 'destroyed', amount: '3' }),
    part({ state: 'used', amount: '7' }),
  ]);
  expect(linesOf(['lot'], [document], [], owner)).toEqual([
    {
      place: store,
      mspId: 'RetailMSP',
      item: 'lot',
      expected: { amount: '13.5', uom: 'KGM' },
      soldBefore: { amount: '4', uom: 'KGM' },
      finding: null,
      recovered: null,
      open: { amount: '13.5', uom: 'KGM' },
    },
  ]);
});

test('counts what is back, and leaves open what nobody accounts for', () => {
  const finding = found({
    uom: 'GRM',
    quarantined: '4000',
    returned: '1000',
    destroyed: '500',
    sold: '1500',
    notFound: '1000',
  });
  const [line] = linesOf(['lot'], [frozen([part({})])], [finding], owner);
  expect(line).toMatchObject({ recovered: { amount: '5500', uom: 'GRM' }, open: { amount: '2', uom: 'KGM' } });
});

test('has nothing open where more was found than expected, and shows that it was more', () => {
  const { lines, totals, recoveryPercent } = balanceOf(
    ['lot'],
    [frozen([part({})])],
    [found({ quarantined: '11' })],
    owner,
  );
  expect(lines).toMatchObject([{ open: { amount: '0' } }]);
  expect(totals).toMatchObject([{ expected: '10', recovered: '11', open: '0', recoveryPercent: 110 }]);
  expect(recoveryPercent).toBe(110);
});

test('finds goods where none were expected', () => {
  const { lines } = balanceOf(['lot'], [frozen([part({})])], [found({ place: depot, quarantined: '1' })], owner);
  expect(lines.map(({ place, expected }) => [place, expected])).toEqual([
    [store, { amount: '10', uom: 'KGM' }],
    [depot, { amount: '0', uom: 'KGM' }],
  ]);
});

test('cannot take pieces from kilograms, and says neither more nor less than it knows', () => {
  const [line] = linesOf(['lot'], [frozen([part({})])], [found({ uom: 'EA', quarantined: '3' })], owner);
  expect(line).toMatchObject({ recovered: { amount: '3', uom: 'EA' }, open: null });
});

test('takes each lot as the first trace that knows it has it', () => {
  const documents = [frozen([part({})]), frozen([part({ amount: '1' }), part({ item: 'made', amount: '5' })])];
  expect(linesOf(['lot', 'made'], documents, [], owner).map(({ item, expected }) => [item, expected?.amount])).toEqual([
    ['lot', '10'],
    ['made', '5'],
  ]);
  // What was let out of the scope counts no more.
  expect(linesOf(['made'], documents, [], owner).map(({ item }) => item)).toEqual(['made']);
});

test('without the frozen trace knows what was found, and not what should have been', () => {
  const { lines, totals, recoveryPercent } = balanceOf(['lot'], [], [found({ quarantined: '1' })], owner);
  expect(lines).toMatchObject([{ expected: null, recovered: { amount: '1' }, open: null }]);
  expect([totals, recoveryPercent]).toMatchObject([[{ expected: '0', recoveryPercent: null }], null]);
});

test('never rounds up to all, and counts lines alike where amounts are of several kinds', () => {
  const nearly = balanceOf(['lot'], [frozen([part({ amount: '10000' })])], [found({ quarantined: '9999' })], owner);
  expect(nearly.recoveryPercent).toBe(99.9);
  const mixed = balanceOf(
    ['lot', 'case'],
    [frozen([part({}), part({ item: 'case', uom: 'EA', amount: '1000', place: depot })])],
    [found({ quarantined: '10' })],
    owner,
  );
  expect(mixed.totals.map(({ uom, recoveryPercent }) => [uom, recoveryPercent])).toEqual([
    ['EA', 0],
    ['KGM', 100],
  ]);
  expect(mixed.recoveryPercent).toBe(50);
});
