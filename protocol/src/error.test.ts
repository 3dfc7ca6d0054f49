import { expect, test } from 'vitest';
import { ProtocolError } from './error.ts';

test('a refusal carries its code, the values at fault and its cause', () => {
  const cause = new RangeError('inner');
  const error = new ProtocolError('too-large', 'at most 3', { readings: 4 }, { cause });
  expect(error).toBeInstanceOf(Error);
  expect({ ...error, name: error.name, message: error.message, cause: error.cause }).toEqual({
    name: 'ProtocolError',
    code: 'too-large',
    message: 'at most 3',
    details: { readings: 4 },
    cause,
  });
});
