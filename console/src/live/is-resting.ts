import type { Query } from '@tanstack/react-query';

/** A recall of 5,000 lots is 4 MB, which the gateway puts together in half a second: asked for each second it would do nothing else. */
const restMsPerLot = 3;

/**
 * Whether an answer is not to be asked for again yet: it is on its way, and would be thrown away for the next one as long as
 * there are news, or it is large and too new.
 */
export function isResting({ queryKey: [key], state }: Pick<Query, 'queryKey' | 'state'>, nowMs: number): boolean {
  if (state.fetchStatus === 'fetching') return true;
  return key === 'recall' && nowMs - state.dataUpdatedAt < restMsPerLot * lotsIn(state.data);
}

function lotsIn(data: unknown): number {
  if (Array.isArray(data)) return data.length;
  const lots = typeof data === 'object' && data !== null && 'lots' in data ? data.lots : null;
  return Array.isArray(lots) ? lots.length : 0;
}
