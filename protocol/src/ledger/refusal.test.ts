import { expect, test } from 'vitest';
import { findRefusal, type Refusal } from './refusal.ts';

const refusal: Refusal = {
  code: 'statement-gap',
  message: 'expected 4, it is 6',
  details: { expected: 4, text: 'a}{"code":' },
};

test('a refusal is found in the text that a peer puts around it', () => {
  expect(findRefusal(`chaincode response 500, ${JSON.stringify(refusal)}`)).toEqual(refusal);
  expect(findRefusal(`error: ${JSON.stringify(refusal)} (endorser peer0:7051)`)).toEqual(refusal);
});

test.each([
  '',
  'endorsement failure',
  '{"code":',
  '{"code":"statement-gap"}',
  '{"code":"nobody","message":"","details":{}}',
])('%j holds no refusal', (text) => {
  expect(findRefusal(text)).toBeNull();
});
