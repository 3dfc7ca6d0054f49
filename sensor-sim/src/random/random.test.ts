import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

test('the same seed and labels give the same stream, others another one', () => {
  const draw = (seed: number, ...labels: (string | number)[]) => {
    const random = createRandom(seed, ...labels);
    return Array.from({ length: 20 }, () => random.uniform());
  };
  expect(draw(7, 'door', 1)).toEqual(draw(7, 'door', 1));
  expect(draw(7, 'door', 1)).not.toEqual(draw(7, 'door', 2));
  expect(draw(7, 'door', 1)).not.toEqual(draw(8, 'door', 1));
  expect(draw(7, 'a', 'bc')).not.toEqual(draw(7, 'ab', 'c'));
  expect(draw(2 ** 40 + 7)).not.toEqual(draw(7));
});

test('distributions have the moments that they name', () => {
  const random = createRandom(11, 'moments');
  const count = 20_000;
  const mean = (draw: () => number) => Array.from({ length: count }, draw).reduce((sum, x) => sum + x, 0) / count;
  // Four standard errors of each mean: a fixed seed, so no chance remains.
  expect(Math.abs(mean(() => random.uniform()) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / count));
  expect(Math.abs(mean(() => random.normal()))).toBeLessThan(4 / Math.sqrt(count));
  expect(Math.abs(mean(() => random.normal() ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
  expect(Math.abs(mean(() => random.exponential(3)) - 3)).toBeLessThan(12 / Math.sqrt(count));
  expect(Math.abs(mean(() => random.poisson(2.5)) - 2.5)).toBeLessThan(4 * Math.sqrt(2.5 / count));
  expect(new Set(Array.from({ length: 500 }, () => random.integer(5)))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(random.bytes(32)).toHaveLength(32);
});
