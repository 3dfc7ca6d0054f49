import type { FindingRecord } from '@hopline/protocol';
import {
  addQuantities,
  areConvertible,
  compareQuantities,
  inBaseUnit,
  type Quantity,
  subtractQuantities,
} from '@hopline/protocol/epcis';
import { z } from 'zod';
import type { FrozenPart, ScopeDocument } from './scope-document.ts';

const quantitySchema = z.object({ amount: z.string(), uom: z.string().nullable() });

/** What was expected of a lot at a place, and what was found. Amounts are exact decimals. */
export const balanceLineSchema = z.object({
  place: z.string(),
  mspId: z.string().nullable(),
  item: z.string(),
  /** What was there, or on the way to there, when the lot came into the scope; `null` where the frozen trace is not here. */
  expected: quantitySchema.nullable(),
  /** Sold to consumers there before that, by the events. */
  soldBefore: quantitySchema.nullable(),
  finding: z
    .object({
      quarantined: z.string(),
      returned: z.string(),
      destroyed: z.string(),
      sold: z.string(),
      notFound: z.string(),
      uom: z.string().nullable(),
      note: z.string().nullable(),
      atMs: z.int(),
    })
    .nullable(),
  /** Back in control: quarantined, returned or destroyed. */
  recovered: quantitySchema.nullable(),
  /** Expected, and nobody has said what became of it. `null` where amounts cannot be compared. */
  open: quantitySchema.nullable(),
});
export type BalanceLine = z.infer<typeof balanceLineSchema>;

/** Sums over all lines of one dimension (mass, volume, count), in its base unit. */
export const balanceTotalSchema = z.object({
  uom: z.string(),
  expected: z.string(),
  recovered: z.string(),
  sold: z.string(),
  notFound: z.string(),
  open: z.string(),
  /** Recovered of expected, in per cent with one decimal; `null` where nothing was expected. */
  recoveryPercent: z.number().nullable(),
});
export type BalanceTotal = z.infer<typeof balanceTotalSchema>;

export interface Balance {
  readonly lines: readonly BalanceLine[];
  readonly totals: readonly BalanceTotal[];
  /** Where amounts of several dimensions are in play, the mean of the lines' own shares: each place and lot counts alike. */
  readonly recoveryPercent: number | null;
}

/**
 * Compares what frozen traces expect with what was found. `documents` are in the order of the versions: each lot counts as
 * the first of them that knows it has it, since later ones see it after some of it came back.
 */
export function balanceOf(
  scope: readonly string[],
  documents: readonly ScopeDocument[],
  findings: readonly FindingRecord[],
  ownerOf: (gln: string) => string | null,
): Balance {
  const inScope = new Set(scope);
  const seen = new Set<string>();
  const expected = new Map<string, Quantity>();
  const sold = new Map<string, Quantity>();
  for (const { lots, parts } of documents) {
    const fresh = new Set(lots.map(({ item }) => item).filter((item) => inScope.has(item) && !seen.has(item)));
    for (const item of fresh) seen.add(item);
    for (const part of parts) if (fresh.has(part.item) && part.place !== null) note(part, part.place);
  }
  const found = new Map(
    findings.filter(({ item }) => inScope.has(item)).map((each) => [keyOf(each.place, each.item), each]),
  );
  const keys = [...new Set([...expected.keys(), ...found.keys()])].sort();
  const lines = keys.map((key): BalanceLine => {
    const [place, item] = [key.slice(0, glnChars), key.slice(glnChars + 1)];
    const isKnown = seen.has(item);
    return lineOf({
      place,
      item,
      mspId: found.get(key)?.mspId ?? ownerOf(place),
      expected: expected.get(key) ?? (isKnown ? { amount: '0', uom: found.get(key)?.uom ?? null } : null),
      soldBefore: sold.get(key) ?? null,
      finding: found.get(key) ?? null,
    });
  });
  const totals = totalsOf(lines);
  return { lines, totals, recoveryPercent: overall(lines, totals) };

  function note(part: FrozenPart, place: string): void {
    const into = part.state === 'held' || part.state === 'in-transit' ? expected : part.how === 'sold' ? sold : null;
    if (!into) return;
    const key = keyOf(place, part.item);
    into.set(key, sum(into.get(key), { amount: part.amount, uom: part.uom }));
  }
}

const glnChars = 13;

function keyOf(place: string, item: string): string {
  return `${place} ${item}`;
}

function lineOf(
  line: Pick<BalanceLine, 'place' | 'item' | 'mspId' | 'expected' | 'soldBefore'> & { finding: FindingRecord | null },
): BalanceLine {
  const { expected, finding } = line;
  if (!finding) return { ...line, finding: null, recovered: null, open: expected };
  const { quarantined, returned, destroyed, sold, notFound, uom, note, atMs } = finding;
  const of = (...amounts: string[]) => amounts.map((amount): Quantity => ({ amount, uom })).reduce(addQuantities);
  const accounted = of(quarantined, returned, destroyed, sold, notFound);
  return {
    ...line,
    finding: { quarantined, returned, destroyed, sold, notFound, uom, note, atMs },
    recovered: of(quarantined, returned, destroyed),
    open: expected && rest(expected, accounted),
  };
}

/** What is left of `of` when `taken` is gone, at least nothing. */
function rest(of: Quantity, taken: Quantity): Quantity | null {
  if (!areConvertible(of.uom, taken.uom)) return null;
  return compareQuantities(of, taken) <= 0 ? { amount: '0', uom: of.uom } : subtractQuantities(of, taken);
}

/** Amounts that cannot be added stay as they were first said. */
function sum(known: Quantity | undefined, more: Quantity): Quantity {
  if (!known) return more;
  return areConvertible(known.uom, more.uom) ? addQuantities(known, more) : known;
}

function totalsOf(lines: readonly BalanceLine[]): BalanceTotal[] {
  const totals = new Map<string, Record<'expected' | 'recovered' | 'sold' | 'notFound' | 'open', string>>();
  const add = (what: keyof Omit<BalanceTotal, 'uom' | 'recoveryPercent'>, quantity: Quantity | null) => {
    if (!quantity) return;
    const { dimension, amount } = inBaseUnit(quantity);
    const total = totals.get(dimension) ?? { expected: '0', recovered: '0', sold: '0', notFound: '0', open: '0' };
    totals.set(dimension, {
      ...total,
      [what]: addQuantities({ amount: total[what], uom: null }, { amount, uom: null }).amount,
    });
  };
  for (const { expected, recovered, finding, open } of lines) {
    add('expected', expected);
    add('recovered', recovered);
    add('open', open);
    if (finding) {
      add('sold', { amount: finding.sold, uom: finding.uom });
      add('notFound', { amount: finding.notFound, uom: finding.uom });
    }
  }
  return [...totals].sort().map(([dimension, total]) => ({
    uom: dimension.replace(/^unit:/, ''),
    ...total,
    recoveryPercent: percentOf(total.recovered, total.expected),
  }));
}

function overall(lines: readonly BalanceLine[], totals: readonly BalanceTotal[]): number | null {
  const counted = totals.filter(({ expected }) => expected !== '0');
  if (counted.length <= 1) return counted[0]?.recoveryPercent ?? null;
  const shares = lines.flatMap(({ expected, recovered }) => {
    if (!expected || expected.amount === '0') return [];
    if (!recovered || !areConvertible(expected.uom, recovered.uom)) return [0];
    return [percentOf(inBaseUnit(recovered).amount, inBaseUnit(expected).amount) ?? 0];
  });
  return shares.length === 0 ? null : rounded(shares.reduce((a, b) => a + b, 0) / shares.length);
}

/** Beyond 100 where more was found than expected: that is worth seeing. */
function percentOf(part: string, whole: string): number | null {
  return Number(whole) === 0 ? null : rounded((100 * Number(part)) / Number(whole));
}

/** Rounded down, so that 100 means all. */
function rounded(percent: number): number {
  return Math.floor(percent * 10 + 1e-9) / 10;
}
