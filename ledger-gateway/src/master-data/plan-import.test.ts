import type { OrganisationRecord } from '@hopline/protocol';
import { readTables } from '@hopline/protocol/master-data';
import { expect, test } from 'vitest';
import { type Existing, planImport } from './plan-import.ts';

const key = 'A'.repeat(43);
const organisation: OrganisationRecord = {
  schema: 1,
  mspId: 'FreshHubMSP',
  name: 'FreshHub',
  companyPrefixes: ['0860009999'],
  registryKey: key,
  gatewayKey: key,
};
const site = { schema: 1, gln: '0860009999060', mspId: 'FreshHubMSP', name: 'Farm', kind: 'field' } as const;
const existing: Existing = {
  mspId: 'FreshHubMSP',
  organisation,
  sites: new Map([
    ['0860009999060', { ...site, address: 'Salinas', postalAddress: { city: 'Salinas' } }],
    ['0860009999077', { ...site, gln: '0860009999077', mspId: 'GrowersMSP' }],
  ]),
  products: new Map(),
  notes: new Map([['place 0860009999992', { gln: '0860009999992', name: 'Old note', growingArea: 'Block 7' }]]),
};

function plan(name: string, header: string[], ...rows: string[][]) {
  const { records, problems } = readTables([
    { name, rows: [header, ...rows].map((cells, index) => ({ number: index + 1, cells })) },
  ]);
  expect(problems).toEqual([]);
  return planImport(records, existing);
}

test('what is under an own company prefix goes on the ledger, and all else into own notes', () => {
  const { changes, problems } = plan(
    'products',
    ['gtin', 'name'],
    ['10860009999920', 'Romaine'],
    ['00614141123452', 'Dill'],
  );
  expect(problems).toEqual([]);
  expect(changes).toMatchObject([
    { id: '10860009999920', scope: 'own', action: 'create', after: { mspId: 'FreshHubMSP', limits: [] } },
    { id: '00614141123452', scope: 'outside', action: 'create', after: { gtin: '00614141123452', name: 'Dill' } },
  ]);
});

test('a record that states what is known changes nothing, and fields that it leaves open stay', () => {
  const same = plan('places', ['gln', 'name', 'city'], ['0860009999060', 'Farm', 'Salinas']);
  expect(same.changes).toMatchObject([{ action: 'none', fields: [] }]);
  const { changes } = plan('places', ['gln', 'region'], ['0860009999060', 'CA']);
  expect(changes).toMatchObject([
    {
      action: 'change',
      fields: ['postalAddress'],
      after: { name: 'Farm', address: 'Salinas', postalAddress: { city: 'Salinas', region: 'CA' } },
    },
  ]);
});

test("another member's place is noted, and refused as an own one", () => {
  expect(
    plan('places', ['gln', 'name', 'phone'], ['0860009999077', 'Cooler', '+1 831 555 0100']).changes,
  ).toMatchObject([{ scope: 'outside', action: 'create' }]);
  const { problems } = plan('places', ['gln', 'name', 'scope'], ['0860009999077', 'Cooler', 'own']);
  expect(problems).toMatchObject([{ at: 'places!2', field: 'scope', code: 'owner' }]);
});

test('a foreign prefix is refused as an own one, and a new record needs a name', () => {
  const { problems, changes } = plan(
    'products',
    ['gtin', 'name', 'scope'],
    ['00614141123452', 'Dill', 'own'],
    ['10860009999920', '', ''],
  );
  expect(problems.map(({ at, field, code }) => [at, field, code])).toEqual([
    ['products!2', 'gtin', 'prefix'],
    ['products!3', 'name', 'missing'],
  ]);
  expect(changes).toEqual([]);
});

test('a note moves onto the ledger with what it holds, and is taken back', () => {
  const { changes } = plan('places', ['gln', 'name'], ['0860009999992', 'Packhouse']);
  expect(changes).toMatchObject([
    {
      scope: 'own',
      action: 'create',
      dropNote: true,
      after: { name: 'Packhouse', growingArea: 'Block 7', kind: 'other' },
    },
  ]);
});

test('two rows on one thing add to each other, and contradict each other at their peril', () => {
  const rows = [
    ['0860009999060', 'Salinas', ''],
    ['0860009999060', '', 'CA'],
  ];
  expect(plan('places', ['gln', 'city', 'region'], ...rows).changes).toHaveLength(1);
  const { problems } = plan('places', ['gln', 'city'], ['0860009999060', 'Salinas'], ['0860009999060', 'Soledad']);
  expect(problems).toMatchObject([{ at: 'places!3', field: 'postalAddress', code: 'duplicate' }]);
});

test('the organisation itself is known by its GLN, and keeps its keys', () => {
  const { changes } = plan(
    'organisations',
    ['gln', 'name', 'phone', 'scope'],
    ['0860009999992', 'FreshHub', '+1 831 555 0100', 'own'],
  );
  expect(changes).toMatchObject([
    { scope: 'own', action: 'change', after: { mspId: 'FreshHubMSP', gln: '0860009999992', registryKey: key } },
  ]);
});
