import { glnSchema, timeMsSchema } from '@hopline/protocol';
import { canonical } from '@hopline/protocol/gs1';
import { z } from 'zod';
import type { Queryable } from '../../store/database.ts';
import { asOfSchema } from '../freshness.ts';
import { controlLots, controlPlaces } from './controls.ts';
import { FlowBook } from './flow-book.ts';
import { ProofBook } from './proof-book.ts';
import { type LegKind, type Ranked, rankSources, type Traced } from './rank-sources.ts';
import { Reach } from './reach.ts';
import { sourcesOf } from './sources-of.ts';
import { glnText, namesOf, type TraceNames } from './trace-names.ts';
import { enter, startOf, type TraceStart } from './trace-start.ts';
import { walk } from './walk.ts';

export const maxLegs = 50;
export const maxControls = 200;
export const defaultControls = 60;
/** Sources that one answer names. */
export const maxSources = 100;
/** How sources are ranked, in words, with where the method comes from. */
export const commonSourceMethod = {
  coverage:
    'Share of the suspects and complaints that can be traced back to it: the tracing score of a station in an outbreak (Weiser et al. 2016, FoodChain-Lab, PLoS ONE 11(3): e0151977).',
  specificity:
    'Share that would lead back to it by chance, and how likely it is that so many do: suspects are compared with lots of the same products and time, complaints with what lay at other places of the same kind at the same time, as in a case-control study, by an exact test (Fisher’s, over both). A hub that everything passes has full coverage and no specificity.',
  order:
    'By the weight of evidence that it is the source: the decimal logarithm of how much likelier it is then that these suspects and complaints lead back to it, than by chance, if one in ten of them is a mistake (I. J. Good 1950, Probability and the Weighing of Evidence, chapter 6). Where nothing tells sources apart, the one nearest to the suspects comes first.',
} as const;

export const commonSourceBodySchema = z.object({
  /** Identifiers of suspect lots, serial numbers or units. */
  suspects: z.array(z.string().min(1).max(2_048)).max(maxLegs).default([]),
  /** Places (GLN) from which complaints came, with the time for which goods there are suspect. */
  complaints: z
    .array(
      z
        .object({ place: glnSchema, fromMs: timeMsSchema, toMs: timeMsSchema })
        .refine(({ fromMs, toMs }) => fromMs <= toMs, 'fromMs is later than toMs'),
    )
    .max(maxLegs)
    .default([]),
  /** Lots at most that suspects are compared with, and places (20 at most) for complaints; 0 for none. */
  controls: z.int().min(0).max(maxControls).default(defaultControls),
});
export type CommonSourceBody = z.infer<typeof commonSourceBodySchema>;

const sourceSchema = z.object({
  kind: z.enum(['lot', 'item', 'transformation', 'place', 'unit']),
  /** Canonical identifier, GLN, or the number of the event that a transformation is known by. */
  id: z.string(),
  label: z.string(),
  product: z.string().nullable(),
  /** Which suspects and complaints lead back to it, by their place in `legs`. */
  legs: z.array(z.int()),
  coverage: z.number(),
  /** Share that would lead to it by chance; `null` where there is nothing to compare with. */
  backgroundShare: z.number().nullable(),
  pValue: z.number().nullable(),
  /** What it is ranked by; see `method.order`. */
  weight: z.number(),
  /** One event for each leg that proves that it leads there, with its transaction and block. */
  evidence: z.array(z.object({ leg: z.int(), event: z.string(), transactionId: z.string(), block: z.int() })),
});

export const commonSourceSchema = z.object({
  legs: z.array(z.object({ kind: z.enum(['suspect', 'complaint']), id: z.string(), lots: z.int() })),
  sources: z.array(sourceSchema),
  /** Lots and places compared with; 0 where there are none, or too much lies behind them. */
  controls: z.int(),
  method: z.object({ coverage: z.string(), specificity: z.string(), order: z.string() }),
  truncated: z.boolean(),
  ms: z.number(),
  ...asOfSchema.shape,
});
export type CommonSource = z.infer<typeof commonSourceSchema>;

/**
 * The sources that suspects share: lots, transformations, places and units that most of them lead back to, and few others do.
 * Throws `not-found` for a suspect that nobody has spoken of, ProtocolError `gs1-…`.
 */
export async function readCommonSource(
  on: Queryable,
  { suspects, complaints, controls }: CommonSourceBody,
  elapsedMs: () => number,
): Promise<Omit<CommonSource, 'asOf' | 'stale'>> {
  const book = new FlowBook(on);
  const starts: { kind: LegKind; start: TraceStart }[] = [];
  for (const each of new Set(suspects.map(canonical)))
    starts.push({ kind: 'suspect', start: await startOf(on, book, each) });
  for (const each of complaints) starts.push({ kind: 'complaint', start: await startOf(on, book, each) });
  const legs = await traced(book, starts);
  const isCut = book.isCut || starts.some(({ start }) => start.isCut);
  const named = starts.filter(({ kind }) => kind === 'suspect').map(({ start }) => start);
  const others = isCut
    ? []
    : await traced(book, [
        ...(await controlLots(on, named, controls)).map((start) => ({ kind: 'suspect' as const, start })),
        ...(await controlPlaces(on, book, complaints, controls)).map((start) => ({
          kind: 'complaint' as const,
          start,
        })),
      ]);
  // What was cut short is no match for what was not.
  const compared = book.isCut ? [] : others;
  const ranked = rankSources(legs, compared).slice(0, maxSources);
  const evidence = ranked.flatMap(({ key, legs: having }) =>
    having.flatMap((leg) => legs[leg]?.sources.get(key) ?? []),
  );
  const names = await namesOf(on, neededNames(ranked), new ProofBook(on).ofEvents(evidence).whole());
  return {
    legs: starts.map(({ kind, start: { id, goods, inside } }) => ({
      kind,
      id,
      lots: new Set([...goods, ...inside.map(({ subject }) => subject)]).size,
    })),
    sources: ranked.map((source) => describe(source, legs, names)),
    controls: compared.length,
    method: { ...commonSourceMethod },
    truncated: isCut,
    ms: elapsedMs(),
  };
}

/** Traces starts back: one walk reads all of them, and each then finds everything in the book. */
async function traced(
  book: FlowBook,
  starts: readonly { readonly kind: LegKind; readonly start: TraceStart }[],
): Promise<Traced[]> {
  const all = new Reach('back');
  await walk(book, all, new Set(starts.flatMap(({ start }) => [...enter(all, start)])));
  const found: Traced[] = [];
  for (const { kind, start } of starts) found.push({ kind, sources: await sourcesOf(book, start) });
  return found;
}

function neededNames(ranked: readonly Ranked[]) {
  const numbers = (kinds: readonly string[]) =>
    ranked.flatMap(({ key }) => {
      const [kind = '', id] = key.split(' ');
      return kinds.includes(kind) ? [Number(id)] : [];
    });
  return {
    things: numbers(['goods', 'unit']),
    places: numbers(['place']),
  };
}

function describe(source: Ranked, traces: readonly Traced[], names: TraceNames): z.infer<typeof sourceSchema> {
  const [kind, text] = source.key.split(' ');
  const number = Number(text);
  const { coverage, backgroundShare, pValue, weight, legs } = source;
  const evidence = legs.map((leg) => ({ leg, ...names.proof(traces[leg]?.sources.get(source.key) ?? 0) }));
  const common = { legs: [...legs], coverage, backgroundShare, pValue, weight, evidence };
  if (kind === 'place') {
    const id = glnText(number);
    return { kind: 'place', id, label: names.place(number).name ?? id, product: null, ...common };
  }
  if (kind === 'transformation') {
    const { event } = names.proof(number);
    return { kind: 'transformation', id: event, label: event, product: null, ...common };
  }
  const { item, lot, sscc, product, kind: itemKind } = names.thing(number);
  return {
    kind: kind === 'unit' ? 'unit' : itemKind === 'lgtin' ? 'lot' : 'item',
    id: item,
    label: sscc ?? lot ?? item,
    product,
    ...common,
  };
}
