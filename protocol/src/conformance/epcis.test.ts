import { expect, test } from 'vitest';
import vectors from '../../vectors/epcis.json' with { type: 'json' };
import hashVectors from '../../vectors/epcis-event-hash.json' with { type: 'json' };
import { runEpcisVectors, runEventHashVectors } from './epcis.ts';

test('the vectors hold on this platform', async () => {
  expect(runEpcisVectors(vectors)).toEqual([]);
  expect(await runEventHashVectors(hashVectors)).toEqual([]);
});

test('the runners notice every kind of vector that does not hold', async () => {
  const [accepted] = vectors.accepted;
  const [refused] = vectors.refused;
  const [conversion] = vectors.conversions;
  const [sum] = vectors.sums;
  const failures = runEpcisVectors({
    accepted: [{ ...accepted, normalised: {} }],
    refused: [
      { ...refused, pointer: '/elsewhere' },
      { ...refused, document: accepted?.event },
    ],
    conversions: [{ ...conversion, exact: false }],
    sums: [{ ...sum, order: 7, sum: { amount: '0', uom: null } }],
  });
  expect(failures).toHaveLength(6);
  const [hashCase] = hashVectors.cases;
  const hashFailures = await runEventHashVectors({ cases: [{ ...hashCase, preHashStrings: [], hashes: [] }] });
  expect(hashFailures).toHaveLength(2);
});
