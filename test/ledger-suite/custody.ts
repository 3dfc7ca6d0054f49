import { toBase64Url } from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { harvested, observed, packed, received, shipped, transformed, unpacked } from './epcis-events.ts';
import { refusalOf } from './ledger-client.ts';
import { epcisDocument } from './member.ts';
import type { SuiteContext } from './suite-context.ts';

const at = '2026-04-20T08:00:00+02:00';
const later = '2026-04-20T09:00:00+02:00';

/** Two places of two organisations, and a lot of 100 kg at the first. */
async function withLot({ growers, retail, ids }: SuiteContext) {
  const field = await growers.openSite('field', 'Field');
  const store = await retail.openSite('store', 'Store');
  const lot = `https://id.gs1.org/01/${ids.gtin()}/10/${ids.name('L')}`;
  await growers.capture(harvested({ at, gln: field }, [[lot, 100, 'KGM']]));
  return { field, store, lot };
}

/** Who may move what, and what stays visible when the two sides of a hand-over differ. */
export function custody(context: () => SuiteContext): void {
  describe('custody', () => {
    it('marks goods from outside as such', async () => {
      const { growers, ids } = context();
      const gln = await growers.openSite('field', 'Field');
      const lot = `https://id.gs1.org/01/${ids.gtin()}/10/X`;
      const [result] = await growers.capture(harvested({ at, gln }, [[lot, 7, 'KGM']]));
      expect(result).toMatchObject({ outcome: 'applied', flags: ['declared-origin'] });
      expect(await growers.client.evaluate('provenance:GetEvent', { event: result?.event ?? '' })).toMatchObject({
        place: gln,
        mspId: 'GrowersMSP',
        signer: growers.signer,
        movements: [{ item: lot, amount: '7', uom: 'KGM', from: { at: 'outside' }, to: { at: 'place', place: gln } }],
      });
    });

    it('ships nothing that is not held there, and names both amounts', async () => {
      const { growers } = context();
      const { field, store, lot } = await withLot(context());
      expect(
        await refusalOf(growers.capture(shipped({ at, gln: field }, store, [], [[lot, 100.5, 'KGM']]))),
      ).toMatchObject({
        code: 'not-held',
        details: { item: lot, held: '100', asked: '100.5', place: field },
      });
    });

    it('lets only the organisation of the read point speak, through its own signer and client', async () => {
      const { growers, retail, ids } = context();
      const { field, store, lot } = await withLot(context());
      const event = shipped({ at, gln: field }, store, [], [[lot, 10, 'KGM']]);
      expect(await refusalOf(retail.capture(event))).toMatchObject({
        code: 'event-party',
        details: { place: field, owner: 'GrowersMSP', mspId: 'RetailMSP' },
      });
      const statement = await growers.sign(epcisDocument([event]));
      expect((await refusalOf(retail.client.submit('provenance:Capture', { statement }))).code).toBe('not-permitted');
      const stranger = await growers.sign(epcisDocument([event]), { key: await ids.key() });
      expect((await refusalOf(growers.client.submit('provenance:Capture', { statement: stranger }))).code).toBe(
        'unknown-signer',
      );
      const elsewhere = await growers.sign(epcisDocument([event]), { channel: 'elsewhere' });
      expect(await refusalOf(growers.client.submit('provenance:Capture', { statement: elsewhere }))).toMatchObject({
        code: 'signature-refused',
        details: { reason: 'cose-audience' },
      });
    });

    it('keeps a signer to its places, and takes nothing from a revoked one', async () => {
      const { growers, ids } = context();
      const { field, lot } = await withLot(context());
      const other = await growers.openSite('field', 'Other');
      const signer = ids.name('person:');
      const key = await growers.enrolSigner(signer, [field]);
      const capture = async (gln: string) =>
        growers.client.submit('provenance:Capture', {
          statement: await growers.sign(epcisDocument([observed({ at, gln }, 'inspecting', [[lot, 1, 'KGM']])]), {
            key,
            signer,
          }),
        });
      await capture(field);
      expect((await refusalOf(capture(other))).code).toBe('event-party');
      const revocation = { kid: toBase64Url(key.kid), subject: signer, reason: 'left', last: null };
      await growers.client.submit('registry:Revoke', { revocation });
      expect((await refusalOf(capture(field))).code).toBe('key-revoked');
    });

    it('leaves custody with the sender until the named receiver has it', async () => {
      const { growers, freshHub, retail, ids } = context();
      const { field, store, lot } = await withLot(context());
      const hub = await freshHub.openSite('warehouse', 'Hub');
      const pallet = ids.sscc();
      await growers.capture(
        packed({ at, gln: field }, pallet, [[lot, 100, 'KGM']]),
        shipped({ at, gln: field }, store, [pallet]),
      );
      expect(await retail.client.evaluate('provenance:GetUnit', { unit: pallet })).toMatchObject({
        custodian: 'GrowersMSP',
        location: { at: 'transit', from: field, to: store },
      });
      expect((await refusalOf(freshHub.capture(received({ at: later, gln: hub }, [pallet])))).code).toBe('event-party');
      await retail.capture(received({ at: later, gln: store }, [pallet]));
      expect((await refusalOf(growers.capture(unpacked({ at: later, gln: field }, pallet)))).code).toBe('not-held');
      await retail.capture(unpacked({ at: later, gln: store }, pallet));
      expect(await retail.client.evaluate('provenance:GetHoldings', { item: lot })).toMatchObject({
        holdings: [{ place: store, amount: '100', origin: 'declared', custodian: 'RetailMSP' }],
        units: [],
      });
    });

    it('records what arrives short or over with both numbers, and settles the rest when it comes', async () => {
      const { growers, retail } = context();
      const { field, store, lot } = await withLot(context());
      await growers.capture(shipped({ at, gln: field }, store, [], [[lot, 60, 'KGM']]));
      const receive = async (amount: number, minute: string) => {
        const [result] = await retail.capture(
          received({ at: `2026-04-20T10:${minute}:00+02:00`, gln: store }, [], [[lot, amount, 'KGM']]),
        );
        return result?.flags;
      };
      expect(await receive(45, '01')).toEqual(['received-short']);
      expect(await receive(15, '02')).toEqual([]);
      expect((await refusalOf(receive(1, '03'))).code).toBe('not-shipped');
      await growers.capture(shipped({ at: later, gln: field }, store, [], [[lot, 40, 'KGM']]));
      expect(await receive(41.5, '04')).toEqual(['received-over']);
      expect(await retail.client.evaluate('provenance:GetHoldings', { item: lot })).toMatchObject({
        holdings: [{ place: store, amount: '101.5' }],
      });
    });

    it('balances masses across units of measure', async () => {
      const { growers, ids } = context();
      const { field, lot } = await withLot(context());
      const output = `https://id.gs1.org/01/${ids.gtin()}/10/OUT`;
      const transform = (pounds: number) =>
        growers.capture(transformed({ at: later, gln: field }, [[lot, 100, 'KGM']], [[output, pounds, 'LBR']]));
      expect(await refusalOf(transform(230))).toMatchObject({
        code: 'mass-balance',
        details: { inputKg: '100', outputKg: '104.3262451' },
      });
      await transform(220);
    });

    it('stands no unit in itself', async () => {
      const { growers, ids } = context();
      const gln = await growers.openSite('field', 'Yard');
      const [outer, inner] = [ids.sscc(), ids.sscc()];
      const { lot, field } = await withLot(context());
      await growers.capture(
        packed({ at, gln: field }, inner, [[lot, 1, 'KGM']]),
        packed({ at, gln: field }, outer, [], [inner]),
      );
      expect(await refusalOf(growers.capture(packed({ at: later, gln: field }, inner, [], [outer])))).toMatchObject({
        code: 'unit-cycle',
        details: { unit: outer, parent: inner },
      });
      expect((await refusalOf(growers.capture(packed({ at: later, gln }, ids.sscc(), [], [inner])))).code).toBe(
        'not-held',
      );
    });

    it('applies a document whole or not at all', async () => {
      const { growers } = context();
      const { field, store, lot } = await withLot(context());
      const good = shipped({ at, gln: field }, store, [], [[lot, 10, 'KGM']]);
      const bad = shipped({ at: later, gln: field }, store, [], [[lot, 1000, 'KGM']]);
      expect((await refusalOf(growers.capture(good, bad))).code).toBe('not-held');
      expect(await growers.client.evaluate('provenance:GetHoldings', { item: lot })).toMatchObject({
        holdings: [{ amount: '100' }],
      });
    });

    it('recognises an event that comes again', async () => {
      const { growers } = context();
      const { field, store, lot } = await withLot(context());
      const event = shipped({ at, gln: field }, store, [], [[lot, 10, 'KGM']]);
      expect(await growers.capture(event, event)).toMatchObject([{ outcome: 'applied' }, { outcome: 'duplicate' }]);
      expect(await growers.capture({ ...event, eventID: 'urn:uuid:1' })).toMatchObject([{ outcome: 'duplicate' }]);
      expect(await growers.client.evaluate('provenance:GetHoldings', { item: lot })).toMatchObject({
        holdings: [{ amount: '90' }],
      });
    });

    it('keeps the same eventID on other content visible, and lets it change nothing', async () => {
      const { growers, ids } = context();
      const { field, store, lot } = await withLot(context());
      const eventID = `urn:uuid:${ids.name('')}`;
      const ship = (amount: number) => ({ ...shipped({ at, gln: field }, store, [], [[lot, amount, 'KGM']]), eventID });
      expect(await growers.capture(ship(10), ship(20))).toMatchObject([
        { eventId: eventID, outcome: 'applied' },
        { eventId: eventID, outcome: 'conflict', flags: ['event-id-conflict'] },
      ]);
      expect(await growers.client.evaluate('provenance:GetHoldings', { item: lot })).toMatchObject({
        holdings: [{ amount: '90' }],
      });
    });

    it('records a declaration of error beside its event', async () => {
      const { growers } = context();
      const { field, store, lot } = await withLot(context());
      const event = shipped({ at, gln: field }, store, [], [[lot, 10, 'KGM']]);
      const errorDeclaration = { declarationTime: later, reason: 'did_not_occur' };
      await growers.capture(event);
      const [declared] = await growers.capture({ ...event, errorDeclaration });
      expect(declared).toMatchObject({ outcome: 'declared-error', flags: ['error-declaration'] });
      const name = `${declared?.event}#${declared?.declaration}`;
      expect(await growers.client.evaluate('provenance:GetEvent', { event: name })).toMatchObject({ movements: [] });
    });

    it.each([
      ['an unknown term', { bizStep: 'teleporting' }, 'epcis-term'],
      ['a wrong check digit', { readPoint: { id: 'https://id.gs1.org/414/9506000100006' } }, 'gs1-check-digit'],
      ['a time without a zone', { eventTime: '2026-04-20T08:00:00' }, 'epcis-time'],
    ])('refuses %s and says where', async (_what, over, reason) => {
      const { growers, ids } = context();
      const gln = await growers.openSite('field', 'Field');
      const event = { ...harvested({ at, gln }, [[`https://id.gs1.org/01/${ids.gtin()}/10/1`, 1, 'KGM']]), ...over };
      const refusal = await refusalOf(growers.capture(event));
      expect(refusal).toMatchObject({ code: 'event-malformed', details: { reason } });
      expect(String(refusal.details.pointer)).toContain(Object.keys(over)[0]);
    });
  });
}
