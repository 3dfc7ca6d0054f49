import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type MovementEnd, noAttribute, strictPolicy, tolerantPolicy } from '@hopline/protocol';
import { errorDeclarationDigest, eventHash, normalise, parseDocument } from '@hopline/protocol/epcis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEvent } from '../../chaincode/src/provenance/apply-event.ts';
import { Refused } from '../../chaincode/src/refused.ts';
import { Draft } from '../../chaincode/src/state/draft.ts';
import { MemoryLedger } from '../../chaincode/src/testing/memory-ledger.ts';

const seed = Number(process.env.HOPLINE_SEED ?? Date.now() % 2 ** 31);
const folder = join(import.meta.dirname, '../../data/fsma204');
const documents = readdirSync(folder).filter((name) => name.endsWith('.jsonld'));
const timeMs = Date.UTC(2026, 10, 1);

/** Who controls the places of the samples: every place its own organisation, so that nobody may speak for another. */
function ownerOf(gln: string): string {
  return `M${gln}`;
}

/** A ledger on which every place of the samples is registered to an organisation of its own. */
function ledgerOf(glns: Iterable<string>, policy: typeof tolerantPolicy): MemoryLedger {
  const ledger = new MemoryLedger();
  for (const gln of glns) {
    const mspId = ownerOf(gln);
    ledger.put('site', [gln], { schema: 1, gln, mspId, name: gln, kind: 'other' });
    ledger.put('policy', [mspId], { schema: 1, ...policy(mspId) });
  }
  return ledger;
}

const places = new Set<string>();
const events = new Map<string, Awaited<ReturnType<typeof eventsOf>>>();
for (const name of documents) events.set(name, await eventsOf(name));

async function eventsOf(name: string) {
  const document: unknown = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  for (const [, gln] of JSON.stringify(document).matchAll(/\/414\/(\d{13})/g)) if (gln) places.add(gln);
  const parsed = parseDocument(document).events;
  return Promise.all(
    parsed.map(async ({ event, source }, position) => ({
      normalised: normalise(event),
      event: await eventHash(source),
      declaration: await errorDeclarationDigest(source),
      position,
    })),
  );
}

/** Captures a document whole or not at all. Gives the flags of its events, or the refusal's code. */
async function capture(ledger: MemoryLedger, name: string): Promise<string[] | string> {
  const draft = new Draft(ledger);
  const flags: string[] = [];
  try {
    for (const each of events.get(name) ?? []) {
      const mspId = ownerOf(each.normalised.readPoint?.slice(-13) ?? '');
      const capturer = { signer: 'app', mspId, kid: 'k'.repeat(43), places: [] };
      flags.push(...(await applyEvent(draft, each, capturer, timeMs)).flags);
    }
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code;
    throw error;
  }
  ledger.commit(draft);
  return flags;
}

/**
 * The sample documents of FSMA 204 are excerpts: goods are received that no document ships, and used that none receives.
 * Tolerant organisations take them in whatever order they come, with all that is missing marked.
 */
describe('documents that tell a part of the story', () => {
  it(`are taken in any order under tolerant policies (HOPLINE_SEED=${seed})`, async () => {
    expect(documents.length).toBe(7);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(documents, { minLength: documents.length }), async (order) => {
        const ledger = ledgerOf(places, tolerantPolicy);
        const flags = new Set<string>();
        for (const name of order) {
          const captured = await capture(ledger, name);
          expect(captured, `${name} in ${order.join(', ')}`).toBeInstanceOf(Array);
          for (const flag of captured) flags.add(flag);
          // The same document again changes nothing.
          const before = await ledger.all('holding');
          await capture(ledger, name);
          expect(await ledger.all('holding')).toEqual(before);
        }
        expect([...flags]).toEqual(expect.arrayContaining(['received-early', 'not-held', 'event-id-conflict']));
        await assertBalanced(ledger);
      }),
      { seed, numRuns: 40 },
    );
  }, 60_000);

  it('are refused by strict ones, by name', async () => {
    const ledger = ledgerOf(places, strictPolicy);
    expect(await capture(ledger, 'transformation-cte.jsonld')).toBe('not-held');
    expect(await capture(ledger, 'cooling-cte.jsonld')).toBe('not-shipped');
    expect(await capture(ledger, 'harvest-cte.jsonld')).toContain('declared-origin');
  });
});

/** Each movement takes as much from one end as it gives to the other, so what places hold came from outside and was not used. */
async function assertBalanced(ledger: MemoryLedger): Promise<void> {
  const sums = new Map<string, number>();
  const add = (item: string, end: MovementEnd, amount: number) => {
    if (end.at === 'place') sums.set(`${item} ${end.place}`, (sums.get(`${item} ${end.place}`) ?? 0) + amount);
  };
  for (const { movements, declaration } of await ledger.all('event')) {
    expect(declaration ?? noAttribute).toBe(noAttribute);
    for (const movement of movements) {
      if (!('item' in movement)) continue;
      add(movement.item, movement.from, -Number(movement.amount));
      add(movement.item, movement.to, Number(movement.amount));
    }
  }
  const held = (await ledger.all('holding')).map(({ item, place, amount }) => `${item} ${place} ${amount}`).sort();
  const summed = [...sums].flatMap(([key, amount]) => (amount === 0 ? [] : [`${key} ${amount}`])).sort();
  expect(held).toEqual(summed);
}
