import { eventHash, normalise, parseDocument } from '@hopline/protocol/epcis';
import { describe, expect, it } from 'vitest';
import { productionSteps } from './events.ts';
import { planProduction } from './production.ts';

const endMs = Date.UTC(2026, 5, 1, 12);

describe('the story', () => {
  it('consists of EPCIS events that the standard’s rules accept, each with a hash of its own', async () => {
    const events = [0, 1].flatMap((number) =>
      productionSteps(planProduction(number, endMs)).flatMap((step) => step.events),
    );
    const parsed = parseDocument(
      JSON.stringify({
        '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
        type: 'EPCISDocument',
        schemaVersion: '2.0',
        creationDate: new Date(endMs).toISOString(),
        epcisBody: { eventList: events },
      }),
    );
    const hashes = await Promise.all(parsed.events.map(({ source }) => eventHash(source)));
    expect(new Set(hashes).size).toBe(events.length);
  });

  it('ships as many cases to stores as were packed', () => {
    const production = planProduction(0, endMs);
    const cases = (step: string) =>
      productionSteps(production)
        .filter(({ what }) => what === step)
        .flatMap(({ events }) => events)
        .flatMap((event) => (event.quantityList ?? event.outputQuantityList) as { quantity: number }[])
        .reduce((sum, { quantity }) => sum + quantity, 0);
    expect(cases('ship to stores')).toBe(cases('pack'));
  });

  it('leaves one pallet of all productions on the dock', () => {
    const pallets = [0, 1, 2].flatMap((number) => planProduction(number, endMs).pallets);
    expect(pallets.filter((pallet) => pallet.dockMs > 0)).toHaveLength(1);
    expect(new Set(pallets.map((pallet) => pallet.sscc)).size).toBe(pallets.length);
  });

  it('normalises to lots whose numbers hold a slash', () => {
    const [harvest] = productionSteps(planProduction(0, endMs));
    const event = normalise(parseDocument(JSON.stringify(harvest?.events)).events[0]?.event as never);
    expect(JSON.stringify(event)).toContain('F1%2F');
  });
});
