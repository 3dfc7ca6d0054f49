import { describe, expect, it } from 'vitest';
import type { LedgerClient } from './ledger-client.ts';
import { type Lettuce, plantLettuce, tellLettuce } from './lettuce.ts';
import type { SuiteContext } from './suite-context.ts';

interface Holdings {
  readonly holdings: ReadonlyArray<{
    place: string;
    amount: string;
    uom: string | null;
    custodian: string;
    origin: string;
  }>;
  readonly units: ReadonlyArray<{ unit: string; amount: string }>;
}

/** Where an item is, as `place amount uom custodian`. */
async function whereIs(client: LedgerClient, item: string): Promise<string[]> {
  const { holdings } = (await client.evaluate('provenance:GetHoldings', { item })) as Holdings;
  return holdings.map(({ place, amount, uom, custodian }) => `${place} ${amount} ${uom} ${custodian}`).sort();
}

/** The lettuce story from the field to the till. */
export function lettuceStory(context: () => SuiteContext): void {
  describe('the lettuce story', () => {
    it('ends with every case where its last holder has it', { timeout: 60_000 }, async () => {
      const story = await plantLettuce(context());
      await tellLettuce(context(), story);
      await expectEnd(context(), story);
    });
  });
}

async function expectEnd({ retail, growers }: SuiteContext, story: Lettuce): Promise<void> {
  const { client } = retail;
  // What was harvested and not shipped is in the field; what was packed is used up.
  for (const [index, lot] of story.fieldLots.entries()) {
    expect(await whereIs(client, lot)).toEqual([`${story.fields[index]} 20.5 KGM GrowersMSP`]);
  }
  const stores = (parity: number) => story.stores.filter((_, index) => index % 2 === parity);
  const [first, ...others] = stores(0).map((store) => `${store} 40 EA RetailMSP`);
  expect(await whereIs(client, story.caseLots[0])).toEqual([first?.replace(' 40 ', ' 25 '), ...others].sort());
  expect(await whereIs(growers.client, story.caseLots[1])).toEqual(
    stores(1)
      .map((gln) => `${gln} 40 EA RetailMSP`)
      .sort(),
  );
  for (const [index, unit] of story.pallets.entries()) {
    expect(await client.evaluate('provenance:GetUnit', { unit })).toMatchObject({
      location: { at: 'place', place: story.warehouses[index] },
      custodian: 'FreshHubMSP',
      items: [],
      units: [],
    });
  }
}
