import { expect, test } from 'vitest';
import type { Recall, RecallRecord } from '../api/recalls.ts';
import { clockText, isOpen, lotName, partyName, placeName, recallTitle, stepText, toComeText } from './names.ts';

const view = {
  recall: { mspId: 'GrowersMSP', kind: 'mandatory', class: 'I' },
  openedBy: 'Growers',
  organisations: [{ mspId: 'RetailMSP', name: 'Corner Stores' }],
  lots: [{ item: 'https://id.gs1.org/01/09521001001007/10/A', lot: 'A', serial: null }],
  places: [{ gln: '9521001000000', name: 'Upper field' }],
} as unknown as Recall;
const step = (act: object) => stepText(view, { act } as unknown as Recall['steps'][number]);

test('a recall says what it is, and an exercise that it is one', () => {
  expect(recallTitle(view.recall)).toBe('Mandatory recall, class I');
  expect(recallTitle({ kind: 'mock', class: null } as RecallRecord)).toBe('Mock recall');
});

test('lots, places and parties have their names, and are told by number where they have none', () => {
  expect(lotName(view, 'https://id.gs1.org/01/09521001001007/10/A')).toBe('A');
  expect(placeName(view, '9521001000000')).toBe('Upper field');
  expect(placeName(view, '9521001000017')).toBe('GLN 9521001000017');
  expect([partyName(view, 'GrowersMSP'), partyName(view, 'RetailMSP'), partyName(view, 'FreshHubMSP')]).toEqual([
    'Growers',
    'Corner Stores',
    'FreshHub',
  ]);
});

test('each step of a recall is told in words', () => {
  expect(step({ step: 'opened', added: 1, reason: 'Listeria' })).toEqual(['Opened with 1 lot', 'Listeria']);
  expect(step({ step: 'scope-changed', version: 2, added: 3, removed: 0, reason: 'r' })[0]).toContain('3 lots more');
  expect(step({ step: 'notified', version: 1, addressees: ['RetailMSP'], outside: ['9521001000017'] })).toEqual([
    'Notice of version 1 delivered',
    'Corner Stores, 9521001000017',
  ]);
  expect(step({ step: 'acknowledged', version: 1, by: 'Ann' })).toEqual(['Version 1 acknowledged', 'Ann']);
  expect(step({ step: 'found', findings: [{ place: '9521001000000' }] })).toEqual(['Findings recorded', 'Upper field']);
  expect(step({ step: 'closed', conclusion: 'Done' })).toEqual(['Closed', 'Done']);
});

test('a line is open until all that was expected is accounted for, and where nobody can tell', () => {
  const line = (open: object | null, expected: object | null) => ({ open, expected }) as Recall['lines'][number];
  expect(isOpen(line({ amount: '3', uom: null }, { amount: '5', uom: null }))).toBe(true);
  expect(isOpen(line({ amount: '0', uom: null }, { amount: '5', uom: null }))).toBe(false);
  expect(isOpen(line(null, { amount: '5', uom: null }))).toBe(true);
  expect(isOpen(line(null, null))).toBe(false);
});

test('the clock says how long each stage took, and which is not over', () => {
  const organisations = view.organisations;
  const times = { startedMs: 0, timeToScopeMs: 800, timeToHoldMs: 95_000, timeToAcknowledgementsMs: null };
  const recall = { kind: 'voluntary' } as RecallRecord;
  expect(clockText({ recall, organisations, times })).toBe(
    'Scope known within a second · on hold everywhere: after 1 min 35 s · acknowledged by all: not all yet',
  );
  const half = { ...times, timeToHoldMs: null };
  expect(clockText({ recall, organisations: [], times: half })).toBe(
    'Scope known within a second · on hold everywhere: not everything yet',
  );
});

test('a recall that is not whole says so, and for ever when it is closed', () => {
  const text = (lotsToCome: number, recall: object) => toComeText({ lotsToCome, recall: recall as RecallRecord });
  expect(text(1, { kind: 'voluntary', state: 'open' })).toBe('1 lot of the scope is not on hold yet');
  expect(text(4_500, { kind: 'mock', state: 'open' })).toMatch(/^4.500 lots of the scope are not on the ledger yet$/);
  expect(text(2, { kind: 'voluntary', state: 'closed' })).toBe('2 lots of the scope were never on hold');
});
