import { expect, test } from 'vitest';
import { ApiError, isRetryable, problemError } from './api-error.ts';
import { explain } from './explain.ts';

const problem = (code: string, status: number, title: string) =>
  problemError(status, { type: `urn:hopline:problem:${code}`, code, title, status });

test('a problem is told in human words, never as a code', () => {
  expect(explain(problem('not-found', 404, 'the lot is not known')).title).toBe('Nothing is known of this');
  expect(explain(new ApiError('unreachable', 'fetch failed')).title).toBe('The gateway cannot be reached');
  expect(explain(problemError(502, '<html>')).title).toContain('form that this page does not know');
});

test('what is wrong with the question stays in the words of the gateway', () => {
  const { title } = explain(problem('gs1-check-digit', 400, 'gtin 09521002002005 should end in check digit 3'));
  expect(title).toBe('Gtin 09521002002005 should end in check digit 3');
});

test('only what may get better by itself is asked again', () => {
  expect(isRetryable(new ApiError('unreachable', ''))).toBe(true);
  expect(isRetryable(problem('ledger-unavailable', 503, ''))).toBe(true);
  expect(isRetryable(problem('rate-limited', 429, ''))).toBe(true);
  expect(isRetryable(problem('not-found', 404, ''))).toBe(false);
  expect(isRetryable(new ApiError('malformed', ''))).toBe(false);
  expect(isRetryable(new Error('a bug'))).toBe(false);
});
