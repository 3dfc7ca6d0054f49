import { expect, test } from 'vitest';
import { problem, problemSchema } from './problem.ts';

test('a problem names its type, code and status, and the values at fault', () => {
  const made = problem('statement-gap', 409, 'A statement is missing', { expected: 4 });
  expect(made).toEqual({
    type: 'urn:hopline:problem:statement-gap',
    code: 'statement-gap',
    title: 'A statement is missing',
    status: 409,
    expected: 4,
  });
  expect(problemSchema.parse(made)).toEqual(made);
});

test('members cannot stand in for the code or the status', () => {
  expect(problem('forbidden', 403, 'No', { code: 'internal', status: 200 })).toMatchObject({
    code: 'forbidden',
    status: 403,
  });
});

test.each([200, 399, 600, 404.5])('%s is no status of a problem', (status) => {
  expect(problemSchema.safeParse(problem('internal', status, 'x')).success).toBe(false);
});
