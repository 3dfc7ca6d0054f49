import { expect, test } from 'vitest';
import vectors from '../../vectors/gs1.json' with { type: 'json' };
import { runGs1Vectors } from './gs1.ts';

test('the vectors hold on this platform', () => {
  expect(runGs1Vectors(vectors)).toEqual([]);
});

test('the runner notices every kind of vector that does not hold', () => {
  const [checkDigit] = vectors.checkDigits;
  const [identifier] = vectors.identifiers;
  const [refusal] = vectors.refusals;
  const [query] = vectors.queries;
  const wrong = {
    checkDigits: [{ ...checkDigit, digit: 'x' }],
    identifiers: [{ ...identifier, canonical: 'https://id.gs1.org/', urn: 'urn:epc:' }],
    refusals: [
      { ...refusal, code: 'gs1-length' },
      { ...refusal, text: 'https://id.gs1.org/01/09506000134352' },
    ],
    queries: [{ ...query, meanings: [] }],
  };
  const names = runGs1Vectors(wrong).map(({ name }) => name.split(' ')[0]);
  expect(new Set(names)).toEqual(new Set(['check', 'canonical', 'URN', 'refusal', 'query']));
});
