import { find } from '../api/find.ts';
import { readLots } from './read-lots.ts';

/** Lots, or why a text does not name any. */
export class LotsUnclear extends Error {
  override readonly name = 'LotsUnclear';
}

/**
 * The lots that a text names, numbers without a product looked up: all lots that have this very number.
 * @throws LotsUnclear, ApiError
 */
export async function findLots(text: string): Promise<Array<{ gtin: string; lot: string }>> {
  const { lots, words, faults } = readLots(text);
  if (faults.length > 0) throw new LotsUnclear(faults.join('. '));
  const found = await Promise.all(words.map(lotsOfNumber));
  const unknown = words.filter((_, index) => found[index]?.length === 0);
  if (unknown.length > 0) throw new LotsUnclear(`No lot is known by ${unknown.map((word) => `“${word}”`).join(', ')}`);
  const all = [...lots, ...found.flat()];
  return [...new Map(all.map((lot) => [`${lot.gtin} ${lot.lot}`, lot])).values()];
}

async function lotsOfNumber(word: string): Promise<Array<{ gtin: string; lot: string }>> {
  const results = await find(word);
  return results.flatMap(({ gtin, lot }) => (gtin !== null && lot === word ? [{ gtin, lot }] : []));
}
