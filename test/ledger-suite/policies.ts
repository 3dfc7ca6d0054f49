import { type PolicyRules, strictPolicy, tolerantPolicy } from '@hopline/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packed, received, shipped, transformed } from './epcis-events.ts';
import { refusalOf } from './ledger-client.ts';
import type { Member } from './member.ts';
import type { SuiteContext } from './suite-context.ts';

const day = (hour: number) => `2026-04-21T${String(hour).padStart(2, '0')}:00:00+02:00`;

async function setPolicy({ client, mspId }: Member, over: Partial<PolicyRules> = {}): Promise<void> {
  await client.submit('registry:PutPolicy', { policy: { ...tolerantPolicy(mspId), ...over } });
}

/** What an organisation's policy refuses, or lets pass with both numbers. The other parts of the suite have none. */
export function policies(context: () => SuiteContext): void {
  describe('policies', () => {
    beforeAll(async () => {
      const { growers, retail } = context();
      await setPolicy(growers);
      await setPolicy(retail);
    });

    afterAll(async () => {
      for (const { client, mspId } of [context().growers, context().retail]) {
        await client.submit('registry:PutPolicy', { policy: strictPolicy(mspId) });
      }
    });

    const open = async () => {
      const { growers, retail, ids } = context();
      const lot = `https://id.gs1.org/01/${ids.gtin()}/10/${ids.name('P')}`;
      return { field: await growers.openSite('field', 'Field'), store: await retail.openSite('store', 'Store'), lot };
    };
    const amounts = async (item: string) =>
      context().retail.client.evaluate('provenance:GetHoldings', { item }) as Promise<{
        holdings: { place: string; amount: string; uom: string }[];
      }>;

    it('are written by their own organisation only', async () => {
      const { growers, retail } = context();
      const policy = tolerantPolicy('GrowersMSP');
      expect((await refusalOf(retail.client.submit('registry:PutPolicy', { policy }))).code).toBe('not-permitted');
      expect(await retail.client.evaluate('registry:GetPolicy', { mspId: growers.mspId })).toEqual({
        schema: 1,
        ...policy,
      });
      expect(await retail.client.evaluate('registry:GetPolicy', { mspId: 'FreshHubMSP' })).toBeNull();
    });

    it('let a receipt come first, and the shipment pay for it', async () => {
      const { growers, retail } = context();
      const { field, store, lot } = await open();
      const [receipt] = await retail.capture(received({ at: day(12), gln: store }, [], [[lot, 10, 'KGM']]));
      expect(receipt?.flags).toEqual(['received-early']);
      expect(await amounts(lot)).toMatchObject({ holdings: [{ place: store, amount: '10' }] });
      const [shipment] = await growers.capture(shipped({ at: day(8), gln: field }, store, [], [[lot, 12_000, 'GRM']]));
      expect(shipment?.flags.toSorted()).toEqual(['not-held', 'received-short', 'shipped-late']);
      const record = await growers.client.evaluate('provenance:GetEvent', { event: shipment?.event ?? '' });
      expect(record).toMatchObject({
        remarks: [
          { flag: 'not-held', subject: lot, booked: { amount: '0' }, stated: { amount: '12000', uom: 'GRM' } },
          { flag: 'shipped-late', ref: receipt?.event },
        ],
      });
      expect(await amounts(lot)).toMatchObject({ holdings: [{ place: store, amount: '10' }] });
      const [rest] = await retail.capture(received({ at: day(13), gln: store }, [], [[lot, 2, 'KGM']]));
      expect(rest?.flags).toEqual([]);
      expect(await amounts(lot)).toMatchObject({ holdings: [{ place: store, amount: '12' }] });
    });

    it("move another's unit only where both let that pass", async () => {
      const { growers, freshHub, retail, ids } = context();
      const { store, lot } = await open();
      const hub = await freshHub.openSite('warehouse', 'Hub');
      const field = await growers.openSite('field', 'Field');
      const [strict, lenient] = [ids.sscc(), ids.sscc()];
      await growers.capture(packed({ at: day(6), gln: field }, lenient, [[lot, 5, 'KGM']]));
      // A place of FreshHub, which has no policy, holds the other one.
      await growers.capture(
        packed({ at: day(6), gln: field }, strict, [[lot, 5, 'KGM']]),
        shipped({ at: day(7), gln: field }, hub, [strict]),
      );
      await freshHub.capture(received({ at: day(8), gln: hub }, [strict]));
      expect(await refusalOf(retail.capture(received({ at: day(9), gln: store }, [strict])))).toMatchObject({
        code: 'not-shipped',
        details: { holder: 'FreshHubMSP' },
      });
      await retail.capture(received({ at: day(9), gln: store }, [lenient]));
      expect(await retail.client.evaluate('provenance:GetUnit', { unit: lenient })).toMatchObject({
        custodian: 'RetailMSP',
        location: { at: 'place', place: store },
      });
      const [late] = await growers.capture(shipped({ at: day(7), gln: field }, store, [lenient]));
      expect(late?.flags).toEqual(['shipped-late']);
    });

    it('mark a mass balance that does not hold, each rule by itself', async () => {
      const { growers, ids } = context();
      const { field, lot } = await open();
      const output = `https://id.gs1.org/01/${ids.gtin()}/10/OUT`;
      const event = (hour: number) =>
        transformed({ at: day(hour), gln: field }, [[lot, 10, 'KGM']], [[output, 25, 'KGM']]);
      const [marked] = await growers.capture(event(9));
      expect(marked?.flags).toEqual(['mass-balance', 'not-held']);
      await setPolicy(growers, { massBalance: 'refuse' });
      expect((await refusalOf(growers.capture(event(10)))).code).toBe('mass-balance');
      await setPolicy(growers);
    });

    it('let a receiver send back what it does not want, whatever they say', async () => {
      const { growers, freshHub } = context();
      const { field, lot } = await open();
      const hub = await freshHub.openSite('warehouse', 'Hub');
      await growers.capture(shipped({ at: day(8), gln: field }, hub, [], [[lot, 10, 'KGM']]));
      const refused = { ...received({ at: day(9), gln: hub }, [], [[lot, 4, 'KGM']]), bizStep: 'arriving' };
      const [refusal] = await freshHub.capture({ ...refused, disposition: 'returned' });
      expect(refusal?.flags).toEqual(['refused-by-receiver']);
      await freshHub.capture(received({ at: day(10), gln: hub }, [], [[lot, 6, 'KGM']]));
      await growers.capture(received({ at: day(12), gln: field }, [], [[lot, 4, 'KGM']]));
      const { holdings } = await amounts(lot);
      expect(holdings.map(({ place, amount }) => `${place} ${amount}`).sort()).toEqual(
        [`${field} 4`, `${hub} 6`].sort(),
      );
    });
  });
}
