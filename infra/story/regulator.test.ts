import { eventHash, normalise, parseDocument } from '@hopline/protocol/epcis';
import { cteKinds, deriveCtes, type Facts, type FsmaEvent } from '@hopline/protocol/fsma';
import { expect, it } from 'vitest';
import { productionSteps } from './events.ts';
import { organisations, products, sites } from './network.ts';
import { planProduction } from './production.ts';

const endMs = Date.UTC(2026, 5, 1, 12);
const facts: Facts = {
  place: (gln) => sites.find((site) => site.gln === gln) ?? null,
  product: (gtin) => Object.values(products).find((product) => product.gtin === gtin) ?? null,
  party: (gln) => {
    const party = Object.values(organisations).find((organisation) => organisation.party === gln);
    return party ? { gln, name: party.name, contact: { phone: party.phone } } : null;
  },
};

it('has all that the regulator asks for (FSMA 204), from the field to the shelf', async () => {
  const steps = productionSteps(planProduction(0, endMs));
  const parsed = parseDocument(JSON.stringify(steps.flatMap((step) => step.events)));
  const events = await Promise.all(
    parsed.events.map(
      async ({ event, source }): Promise<FsmaEvent> => ({
        hash: await eventHash(source),
        transactionId: null,
        block: null,
        outcome: null,
        event: normalise(event),
      }),
    ),
  );
  const { records } = deriveCtes(events, facts);
  const lacking = records.flatMap(({ cte, missing }) => missing.map(({ clause, parts }) => [cte, clause, ...parts]));
  expect(lacking).toEqual([]);
  expect(records.flatMap(({ remarks }) => remarks)).toEqual([]);
  const told = new Set(records.map(({ cte }) => cte));
  expect(cteKinds.filter((cte) => !told.has(cte))).toEqual(['first-land-based-receiving', 'transformation']);
  // The number as it stands on the paper, its slash not escaped.
  expect(records.find(({ cte }) => cte === 'harvesting')?.values.documents).toMatchObject({
    documents: [{ type: 'Production order', number: expect.stringMatching(/^HARVEST-F1\/26/) }, {}],
  });
  // Harvested at four in the afternoon of a day in California, which is the next one in Greenwich.
  const harvested = records.find(({ cte }) => cte === 'harvesting')?.values.date;
  expect(harvested).toEqual({ is: 'date', day: '2026-05-30' });
});
