import type { Query } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { isResting } from './is-resting.ts';

const asked = (key: string, data: unknown, fetchStatus = 'idle') =>
  ({ queryKey: [key, 'R-1'], state: { dataUpdatedAt: 1_000_000, data, fetchStatus } }) as unknown as Query;

test('the larger a recall is, the longer it is not asked for again; other answers are never kept', () => {
  const lots = (count: number) => ({ lots: Array.from({ length: count }) });
  expect(isResting(asked('recall', lots(5_000)), 1_010_000)).toBe(true);
  expect(isResting(asked('recall', lots(5_000)), 1_016_000)).toBe(false);
  expect(isResting(asked('recall', lots(20)), 1_000_500)).toBe(false);
  expect(isResting(asked('recall', Array.from({ length: 5_000 })), 1_010_000)).toBe(true);
  expect(isResting(asked('recall', undefined), 1_000_000)).toBe(false);
  expect(isResting(asked('trace', lots(5_000)), 1_010_000)).toBe(false);
});

test('what is on its way is waited for', () => {
  expect(isResting(asked('trace', {}, 'fetching'), 2_000_000)).toBe(true);
});
