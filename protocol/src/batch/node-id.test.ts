import { expect, test } from 'vitest';
import { nodeIdSchema } from '../registry/records.ts';
import { refusalCode } from '../testing/index.ts';
import { formatNodeId, maxNodesPerSite, parseNodeId } from './node-id.ts';

test.each([0, 7, 42, maxNodesPerSite - 1])('node %s of a site', (n) => {
  const name = `9521321000018/${n}`;
  expect(parseNodeId(name)).toEqual({ gln: '9521321000018', n });
  expect(formatNodeId(parseNodeId(name))).toBe(name);
  expect(nodeIdSchema.safeParse(name).success).toBe(true);
});

test.each([
  '',
  '9521321000018',
  '9521321000018/',
  '9521321000018/00',
  '9521321000018/1000',
  '9521321000018/-1',
  '952132100001/0',
  '9521321000018/0\n',
  '9521321000018/0/0',
])('%j names no node, nor does the schema of the registry take it', async (name) => {
  expect(await refusalCode(() => parseNodeId(name))).toBe('node-id-malformed');
  expect(nodeIdSchema.safeParse(name).success).toBe(false);
});
