import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import vectors from '../../vectors/epcis-event-hash.json' with { type: 'json' };
import { testSeed } from '../conformance/test-seed.ts';
import {
  captureKey,
  errorDeclarationDigest,
  eventHash,
  type JsonObject,
  openDocument,
  preHashString,
} from './index.ts';

const seed = testSeed();
fc.configureGlobal({ seed });

const sources = vectors.cases.flatMap(({ document }) => openDocument(document).sources.map(({ source }) => source));
const [harvest = {}] = sources;

/** The same JSON with the members of every object, and of lists whose order says nothing, in another order. */
function shuffled(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return shuffle(value, random).map((entry) => shuffled(entry, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    shuffle(Object.entries(value), random).map(([name, entry]) => [name, shuffled(entry, random)]),
  );
}

function shuffle<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((entry) => ({ entry, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ entry }) => entry);
}

test('neither order nor identity nor time of record changes the hash', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      (source, numbers) => {
        const random = (): number => numbers.next().value;
        const { '@context': context, ...event } = source;
        const other = shuffled(
          { ...event, recordTime: '2026-01-01T00:00:00Z', eventID: 'urn:uuid:0' },
          random,
        ) as JsonObject;
        expect(preHashString({ ...other, ...(context === undefined ? {} : { '@context': context }) })).toBe(
          preHashString(source),
        );
      },
    ),
  );
});

test('every field that says something changes the hash', () => {
  const changes: JsonObject[] = [
    { eventTime: '2026-05-04T04:30:00.001Z' },
    { eventTimeZoneOffset: '+01:00' },
    { action: 'OBSERVE' },
    { bizStep: 'shipping' },
    { disposition: 'expired' },
    { readPoint: { id: 'https://id.gs1.org/414/9521321000025' } },
    { bizLocation: { id: 'https://id.gs1.org/414/9521321000025' } },
    { quantityList: [] },
    { sourceList: [{ type: 'location', source: 'https://id.gs1.org/414/9521321000025' }] },
    { ilmd: { 'ex:a': 1 } },
    { 'ex:b': null, 'ex:a': false },
  ];
  const all = [harvest, ...changes.map((change) => ({ ...harvest, ...change }))].map(preHashString);
  expect(new Set(all).size).toBe(changes.length + 1);
});

test('the hash is the SHA-256 of the text, as RFC 6920 names it', async () => {
  const hex = createHash('sha256').update(preHashString(harvest), 'utf8').digest('hex');
  expect(await eventHash(harvest)).toBe(`ni:///sha-256;${hex}?ver=CBV2.0`);
});

test('a correction is not mistaken for a redelivery of the event', async () => {
  const declare = (errorDeclaration: JsonObject): JsonObject => ({ ...harvest, errorDeclaration });
  const declared = declare({
    declarationTime: '2026-05-05T08:00:00Z',
    reason: 'incorrect_data',
    correctiveEventIDs: ['urn:a:1', 'urn:a:2'],
  });
  const rewritten = declare({
    correctiveEventIDs: ['urn:a:2', 'urn:a:1'],
    reason: 'urn:epcglobal:cbv:er:incorrect_data',
    declarationTime: '2026-05-05T10:00:00.000+02:00',
  });
  const others = [
    declare({ declarationTime: '2026-05-05T08:00:01Z', reason: 'incorrect_data' }),
    declare({ declarationTime: '2026-05-05T08:00:00Z', reason: 'did_not_occur' }),
    declare({ declarationTime: '2026-05-05T08:00:00Z' }),
    harvest,
  ];
  expect(await eventHash(declared)).toBe(await eventHash(harvest));
  expect(await errorDeclarationDigest(harvest)).toBeNull();
  expect(await errorDeclarationDigest(rewritten)).toBe(await errorDeclarationDigest(declared));
  const keys = await Promise.all([declared, ...others].map(captureKey));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.at(-1)).toBe(await eventHash(harvest));
});

test('an event without type has no hash', () => {
  expect(() => preHashString({ eventTime: '2026-05-04T04:30:00Z' })).toThrow(
    expect.objectContaining({ code: 'epcis-malformed' }),
  );
});
