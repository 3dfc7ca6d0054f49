import { expect, test } from 'vitest';
import { afterFailure, afterSuccess, chooseGateway, firstRoute, type UploadRoute } from './upload-route.ts';

const limits = { uploadFallbackMs: 1000, ownGatewayRetryMs: 5000 };
const failing = (from: number, times: number): UploadRoute => {
  let route = firstRoute;
  for (let n = 0; n < times; n++) route = afterFailure(route, 'own', from + n * 100);
  return route;
};

test('the own gateway is used until it has failed for long, and then again after a time', () => {
  const route = failing(10_000, 3);
  expect(route).toMatchObject({ ownFailures: 3, failingSinceMs: 10_000, ownTriedMs: 10_200 });
  const at = (nowMs: number, others = 2) => chooseGateway(route, others, nowMs, limits);
  expect([10_300, 10_999, 11_000, 15_199, 15_200].map((nowMs) => at(nowMs))).toEqual(['own', 'own', 0, 0, 'own']);
  // Nobody else, or a clock that was set back.
  expect(at(12_000, 0)).toBe('own');
  expect(at(5000)).toBe('own');
  expect(chooseGateway(firstRoute, 2, 99_999, limits)).toBe('own');
});

test('the others take turns as they fail, and the own one is forgiven when it takes something', () => {
  let route = failing(10_000, 1);
  const others: (number | 'own')[] = [];
  for (let n = 0; n < 5; n++) {
    const tried = chooseGateway(route, 2, 12_000, limits);
    others.push(tried);
    route = afterFailure(route, tried, 12_000);
  }
  expect(others).toEqual([0, 1, 0, 1, 0]);
  route = afterSuccess(route, 1, 'RetailMSP', 12_000);
  expect(route).toMatchObject({ lastBy: 'RetailMSP', ownFailures: 1, failingSinceMs: 10_000 });
  expect(chooseGateway(route, 2, 12_100, limits)).toBe(1);
  route = afterSuccess(route, 'own', 'FreshHubMSP', 16_000);
  expect(route).toMatchObject({ lastBy: 'FreshHubMSP', ownFailures: 0, failingSinceMs: null });
  expect(chooseGateway(route, 2, 99_999, limits)).toBe('own');
});
