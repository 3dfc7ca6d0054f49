import { expect, test } from 'vitest';
import { toBase64Url } from '../bytes.ts';
import { nodeConfigSchema } from './node-config.ts';

const least = {
  mspId: 'FreshHubMSP',
  registryKey: toBase64Url(new Uint8Array(32).fill(1)),
  gateways: [{ mspId: 'FreshHubMSP', url: 'http://127.0.0.1:8080', token: 't'.repeat(20) }],
  apiTokenDigests: [],
};

test('what is not said has a default', () => {
  expect(nodeConfigSchema.parse(least)).toMatchObject({
    sealMaxReadings: 1000,
    sealMaxAgeMs: 300_000,
    idleStatementMs: 900_000,
    registryRefreshMs: 30_000,
    retentionMs: 30 * 86_400_000,
  });
});

test.each([
  ['no gateway', { gateways: [] }],
  ['a short token', { gateways: [{ ...least.gateways[0], token: 'short' }] }],
  ['a member that nobody knows', { sealMaxReading: 1 }],
  ['a batch above the limit', { sealMaxReadings: 100_001 }],
])('%s is refused', (_, change) => {
  expect(nodeConfigSchema.safeParse({ ...least, ...change }).success).toBe(false);
});

test('the own gateway needs a token, those of others do not', () => {
  const [own] = least.gateways;
  const other = { mspId: 'RetailMSP', url: 'http://127.0.0.1:8081' };
  expect(nodeConfigSchema.safeParse({ ...least, gateways: [own, other] }).success).toBe(true);
  const without = { ...own, token: undefined };
  expect(nodeConfigSchema.safeParse({ ...least, gateways: [without, other] }).success).toBe(false);
});
