import { canonical } from '@hopline/protocol/gs1';
import { z } from 'zod';
import { flowEnds } from '../../projection/flow-ends.ts';
import type { Queryable } from '../../store/database.ts';
import { asOfSchema } from '../freshness.ts';
import { chooseControls } from './controls.ts';
import { fisherUpperTail } from './fisher.ts';
import { FlowBook } from './flow-book.ts';
import { Reach } from './reach.ts';
import { glnText, namesOf, type TraceNames } from './trace-names.ts';
import { enter, type PlaceStart, showUnits, startOf, type TraceStart } from './trace-start.ts';
import { walk } from './walk.ts';
import { Whereabouts } from './whereabouts-of-goods.ts';

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
    'Share of comparable lots (same products, same time, not suspect) that can be traced back to it too, as in a case-control study; with the one-sided p value of Fisher’s exact test. A hub that everything passes has full coverage and no specificity.',
  order: 'Coverage first, then the least share among the comparable lots, then the p value.',
} as const;

export const commonSourceBodySchema = z.object({
  /** Identifiers of suspect lots, serial numbers or units. */
  suspects: z.array(z.string().min(1).max(2_048)).max(maxLegs).default([]),
  /** Places (GLN) from which complaints came, with the time for which goods there are suspect. */
  complaints: z
    .array(z.object({ place: z.string().regex(/^\d{13}$/), fromMs: z.int().min(0), toMs: z.int().min(0) }))
    .max(maxLegs)
    .default([]),
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
  /** Share among the comparable lots; `null` where there are none to compare with. */
  backgroundShare: z.number().nullable(),
  pValue: z.number().nullable(),
  /** One event for each leg that proves that it leads there, with its transaction and block. */
  evidence: z.array(z.object({ leg: z.int(), event: z.string(), transactionId: z.string(), block: z.int() })),
});

export const commonSourceSchema = z.object({
  legs: z.array(z.object({ kind: z.enum(['suspect', 'complaint']), id: z.string(), lots: z.int() })),
  sources: z.array(sourceSchema),
  controls: z.int(),
  method: z.object({ coverage: z.string(), specificity: z.string(), order: z.string() }),
  truncated: z.boolean(),
  ms: z.number(),
  ...asOfSchema.shape,
});
export type CommonSource = z.infer<typeof commonSourceSchema>;

/** Something that a leg leads back to, with the number of an event that proves it. */
type Found = ReadonlyMap<string, number>;

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
  const asked: (string | PlaceStart)[] = [...new Set(suspects.map(canonical)), ...complaints];
  const legs: TraceStart[] = [];
  for (const each of asked) legs.push(await startOf(on, book, each));
  const compared = await chooseControls(on, legs, controls);
  const others = compared.map(
    (number): TraceStart => ({ id: '', place: null, goods: [number], inside: [], units: [], isCut: false }),
  );
  // One walk reads all; those of each leg then find everything in the book.
  const all = new Reach('back');
  await walk(book, all, new Set([...legs, ...others].flatMap((start) => [...enter(all, start)])));
  const found: Found[] = [];
  const lots: number[] = [];
  for (const start of legs) {
    const reach = await reachOf(book, start);
    lots.push(new Set([...start.goods, ...start.inside.map(({ subject }) => subject)]).size);
    found.push(sourcesOf(book, reach, start));
  }
  const background: Found[] = [];
  for (const start of others) background.push(sourcesOf(book, await reachOf(book, start), start));
  const ranked = rank(found, background).slice(0, maxSources);
  const names = await namesOf(on, neededNames(ranked, found));
  return {
    legs: legs.map(({ id }, index) => ({
      kind: typeof asked[index] === 'string' ? ('suspect' as const) : ('complaint' as const),
      id,
      lots: lots[index] ?? 0,
    })),
    sources: ranked.map((source) => describe(source, found, names)),
    controls: others.length,
    method: { ...commonSourceMethod },
    truncated: book.isCut || legs.some(({ isCut }) => isCut),
    ms: elapsedMs(),
  };
}

async function reachOf(book: FlowBook, start: TraceStart): Promise<Reach> {
  const reach = new Reach('back');
  await walk(book, reach, enter(reach, start));
  return reach;
}

/** Everything that a walk back came through, by kind and number. */
function sourcesOf(book: FlowBook, reach: Reach, start: TraceStart): Found {
  const whereabouts = new Whereabouts(book);
  whereabouts.addReach(reach);
  showUnits(whereabouts, start);
  whereabouts.followUnits();
  const sources = new Map<string, number>();
  const note = (kind: string, id: number, seq: number) => {
    const key = `${kind} ${id}`;
    if (!sources.has(key)) sources.set(key, seq);
  };
  for (const id of reach.transformations) note('transformation', id, id);
  const stays = [
    ...[...whereabouts.goods].flatMap(([subject, seen]) => {
      const [first] = reach.reached.get(subject) ?? [];
      if (first) note('goods', subject, first.seq);
      return [...seen.keys()];
    }),
    ...[...whereabouts.units.values()].flat().map(({ stay }) => stay),
  ];
  for (const stay of stays) {
    if (stay.at === flowEnds.place) note('place', stay.id, stay.first.seq);
    if (stay.at === flowEnds.unit) note('unit', stay.id, stay.first.seq);
  }
  return sources;
}

interface Ranked {
  readonly key: string;
  readonly legs: readonly number[];
  readonly coverage: number;
  readonly backgroundShare: number | null;
  readonly pValue: number | null;
}

function rank(found: readonly Found[], background: readonly Found[]): Ranked[] {
  const legsOf = new Map<string, number[]>();
  for (const [leg, sources] of found.entries()) {
    for (const key of sources.keys()) {
      const legs = legsOf.get(key);
      if (legs) legs.push(leg);
      else legsOf.set(key, [leg]);
    }
  }
  const least = Math.min(2, found.length);
  return [...legsOf]
    .filter(([, legs]) => legs.length >= least)
    .map(([key, legs]): Ranked => {
      const among = background.filter((sources) => sources.has(key)).length;
      const compared = background.length > 0;
      return {
        key,
        legs,
        coverage: legs.length / found.length,
        backgroundShare: compared ? among / background.length : null,
        pValue: compared
          ? fisherUpperTail(legs.length, found.length - legs.length, among, background.length - among)
          : null,
      };
    })
    .sort(
      (a, b) =>
        b.coverage - a.coverage ||
        (a.backgroundShare ?? 0) - (b.backgroundShare ?? 0) ||
        (a.pValue ?? 0) - (b.pValue ?? 0) ||
        kindOrder.indexOf(a.key.split(' ')[0] ?? '') - kindOrder.indexOf(b.key.split(' ')[0] ?? '') ||
        (a.key < b.key ? -1 : 1),
    );
}

/** What a recall can do most about comes first. */
const kindOrder = ['goods', 'transformation', 'place', 'unit'];

function neededNames(ranked: readonly Ranked[], found: readonly Found[]) {
  const numbers = (kinds: readonly string[]) =>
    ranked.flatMap(({ key }) => {
      const [kind = '', id] = key.split(' ');
      return kinds.includes(kind) ? [Number(id)] : [];
    });
  return {
    things: numbers(['goods', 'unit']),
    places: numbers(['place']),
    events: ranked.flatMap(({ key, legs }) => legs.flatMap((leg) => found[leg]?.get(key) ?? [])),
  };
}

function describe(source: Ranked, found: readonly Found[], names: TraceNames): z.infer<typeof sourceSchema> {
  const [kind, text] = source.key.split(' ');
  const number = Number(text);
  const { coverage, backgroundShare, pValue, legs } = source;
  const evidence = legs.map((leg) => ({ leg, ...names.proof(found[leg]?.get(source.key) ?? 0) }));
  const common = { legs: [...legs], coverage, backgroundShare, pValue, evidence };
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
