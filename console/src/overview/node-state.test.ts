import { expect, test } from 'vitest';
import { nodeState, type SiteNode, silentAfterMs } from './node-state.ts';

const now = Date.UTC(2026, 10, 23);
const node = (change: Partial<SiteNode>): SiteNode => ({
  node: '9521002000119/0',
  revoked: false,
  head: { sequence: 3, sealedAtMs: now - 60_000 },
  batches: 4,
  readings: 400,
  missingSummaries: 0,
  lastRefusal: null,
  ...change,
});

const refusal = (resolvedMs: number | null) => ({ code: 'statement-fork', timeMs: now - 9, resolvedMs });

test.each([
  ['one that speaks', node({}), 'Running'],
  ['one at the edge of silence', node({ head: { sequence: 3, sealedAtMs: now - silentAfterMs } }), 'Running'],
  ['one that missed two statements', node({ head: { sequence: 3, sealedAtMs: now - silentAfterMs - 1 } }), 'Silent'],
  ['one that never spoke', node({ head: null }), 'No statement yet'],
  ['one whose last upload was refused', node({ lastRefusal: refusal(null) }), 'Upload refused'],
  ['one that got through again since', node({ lastRefusal: refusal(now - 1) }), 'Running'],
  ['one that is revoked, though it spoke just now', node({ revoked: true }), 'Revoked'],
])('%s', (_, given, text) => expect(nodeState(given, now).text).toBe(text));
