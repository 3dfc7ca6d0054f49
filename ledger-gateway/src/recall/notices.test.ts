import { maxRecallLots, type RecallRecord } from '@hopline/protocol';
import { expect, test } from 'vitest';
import { notifyLimits } from '../notify/limits.ts';
import { composeNotice } from './notices.ts';

const recall: RecallRecord = {
  schema: 1,
  recallId: 'R-1',
  mspId: 'GrowersMSP',
  kind: 'voluntary',
  class: 'I',
  reason: 'Listeria in a sample',
  authority: null,
  returnTo: [],
  gtins: [],
  lots: maxRecallLots,
  lotsEver: maxRecallLots,
  version: 11,
  evidence: { digest: 'A'.repeat(43), height: 1 },
  addressees: ['RetailMSP'],
  outside: [],
  state: 'open',
  openedAtMs: 0,
  closedAtMs: null,
  conclusion: null,
};

test('a notice of the largest recall is one that the outbox takes, and says how many lots there are', () => {
  // A lot number has at most 20 characters, each of which a link may write as three.
  const lots = Array.from(
    { length: maxRecallLots },
    (_, index) => `https://id.gs1.org/01/09521002002003/10/${'%2F'.repeat(16)}${String(index).padStart(4, '0')}`,
  );
  const { payload, text, html } = composeNotice({
    recall,
    openedBy: 'Growers',
    lots,
    party: 'RetailMSP',
    contact: { id: 'c1', name: 'Office', channel: { kind: 'email', to: ['quality@example.com'] } },
    occasion: 'opened',
    nowMs: 0,
    gateway: { mspId: 'GrowersMSP', url: 'https://gateway.example' },
  });
  expect(payload).toMatchObject({ data: { lotCount: maxRecallLots } });
  expect(JSON.stringify(payload).length).toBeLessThan(notifyLimits.maxPayloadBytes);
  expect(`${text}${html}`.length).toBeLessThan(notifyLimits.maxEmailBytes);
  expect(text).toContain(`Growers recalls ${maxRecallLots} lots`);
  // The interface for machines would show somebody who clicks on it an error, and no way to sign in.
  expect(text).toContain('See it and answer (sign in there): https://gateway.example/recalls/R-1\n');
  expect(html).toContain('<a href="https://gateway.example/recalls/R-1">');
});
