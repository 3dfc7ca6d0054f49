import { signAcknowledgement, type TransactionInput, toBase64Url } from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { commissioned, harvested, packed, received, shipped, sold, transformed } from './epcis-events.ts';
import { refusalOf } from './ledger-client.ts';
import { epcisDocument } from './member.ts';
import type { SuiteContext } from './suite-context.ts';

const at = '2026-04-20T08:00:00+02:00';
const later = '2026-04-20T09:00:00+02:00';

/** Fabric's code of a transaction whose range was changed before it (peer.TxValidationCode). */
const phantomReadConflict = 12;
/** Rounds after which two transactions that are sent together have shared a block, on any ledger that makes blocks of several. */
const maxRounds = 40;

type NewRecall = TransactionInput<'recall:Open'>['recall'];

/** A lot of 100 kg in a field, of which 40 kg are in a packhouse, 20 of them packed into a unit. */
async function withGoods({ growers, freshHub, ids }: SuiteContext) {
  const field = await growers.openSite('field', 'Field');
  const packhouse = await freshHub.openSite('packhouse', 'Packhouse');
  const lot = `https://id.gs1.org/01/${ids.gtin()}/10/${ids.name('L')}`;
  const unit = ids.sscc();
  await growers.capture(
    harvested({ at, gln: field }, [[lot, 100, 'KGM']]),
    shipped({ at, gln: field }, packhouse, [], [[lot, 40, 'KGM']]),
  );
  await freshHub.capture(
    received({ at, gln: packhouse }, [], [[lot, 40, 'KGM']]),
    packed({ at, gln: packhouse }, unit, [[lot, 20, 'KGM']]),
  );
  return { field, packhouse, lot, unit };
}

/** Recalls: what is on hold does not move, whoever has it, and what everybody did about it stays. */
export function recalls(context: () => SuiteContext): void {
  const recallOf = (scope: NewRecall['scope'], over: Partial<NewRecall> = {}): NewRecall => ({
    recallId: context().ids.name('R-'),
    kind: 'voluntary',
    class: 'I',
    reason: 'Listeria in a sample',
    authority: null,
    returnTo: [],
    scope,
    evidence: { digest: toBase64Url(new Uint8Array(32)), height: 1 },
    addressees: ['FreshHubMSP'],
    outside: [],
    ...over,
  });

  describe('recalls', { timeout: 120_000 }, () => {
    it('hold a lot everywhere from their block on, in units too, and name themselves', async () => {
      const { growers, freshHub } = context();
      const { field, packhouse, lot, unit } = await withGoods(context());
      const recall = recallOf([{ item: lot, via: null }], { returnTo: [field] });
      const opened = await growers.client.submit('recall:Open', { recall });
      expect(opened.result).toEqual({ recallId: recall.recallId, step: 'opened', version: 1 });
      expect(await growers.client.evaluate('recall:GetHolds', { item: lot })).toMatchObject({
        holds: [{ recallId: recall.recallId, enforced: true, mspId: 'GrowersMSP' }],
      });
      const blocked = [
        [growers, shipped({ at: later, gln: field }, packhouse, [], [[lot, 1, 'KGM']])],
        [freshHub, shipped({ at: later, gln: packhouse }, field, [unit])],
        [freshHub, packed({ at: later, gln: packhouse }, context().ids.sscc(), [], [unit])],
        [freshHub, sold({ at: later, gln: packhouse }, [[lot, 1, 'KGM']])],
        [freshHub, transformed({ at: later, gln: packhouse }, [[lot, 1, 'KGM']], [[`${lot}-made`, 1, 'KGM']])],
      ] as const;
      for (const [by, event] of blocked) {
        expect(await refusalOf(by.capture(event))).toMatchObject({
          code: 'on-hold',
          details: { recallId: recall.recallId, item: lot },
        });
      }
      const back = shipped({ at: later, gln: packhouse }, field, [unit], [[lot, 1, 'KGM']]);
      await freshHub.capture({ ...back, disposition: 'recalled' });
    });

    it('reach what was made of the goods by lineage alone, and are for who has a say', async () => {
      const { growers, freshHub, retail } = context();
      const { packhouse, lot } = await withGoods(context());
      const made = `${lot}-made`;
      const [event] = await freshHub.capture(
        transformed({ at: later, gln: packhouse }, [[lot, 10, 'KGM']], [[made, 9, 'KGM']]),
      );
      const via = event?.event ?? '';
      const first = { item: lot, via: null };
      const open = (recall: NewRecall, by = growers) => by.client.submit('recall:Open', { recall });
      expect((await refusalOf(open(recallOf([first]), retail))).code).toBe('not-permitted');
      expect((await refusalOf(open(recallOf([{ item: made, via: null }])))).code).toBe('not-permitted');
      expect((await refusalOf(open(recallOf([first, { item: `${made}2`, via }])))).code).toBe('recall-scope');
      const recall = recallOf([first, { item: made, via }]);
      await open(recall);
      expect(await refusalOf(freshHub.capture(sold({ at: later, gln: packhouse }, [[made, 1, 'KGM']])))).toMatchObject({
        code: 'on-hold',
        details: { recallId: recall.recallId },
      });
      expect((await refusalOf(open(recall))).code).toBe('recall-exists');
      const { recallId } = recall;
      const change = { recallId, evidence: null, add: [], remove: [made], addressees: [], outside: [] };
      await growers.client.submit('recall:ChangeScope', { ...change, reason: 'pasteurised' });
      await freshHub.capture(sold({ at: later, gln: packhouse }, [[made, 1, 'KGM']]));
    });

    it('hold the single items of a lot, packed too, and reach what was made of them', async () => {
      const { growers, freshHub, ids } = context();
      const packhouse = await freshHub.openSite('packhouse', 'Packhouse');
      const [gtin, number, unit] = [ids.gtin(), ids.name('L'), ids.sscc()];
      const lot = `https://id.gs1.org/01/${gtin}/10/${number}`;
      const item = (serial: number) => `https://id.gs1.org/01/${gtin}/21/${serial}`;
      const made = `https://id.gs1.org/01/${ids.gtin()}/10/M`;
      const field = await growers.openSite('field', 'Field');
      await freshHub.capture(
        commissioned(
          { at, gln: packhouse },
          [1, 2, 3].map((serial) => `${lot}/21/${serial}`),
        ),
        harvested({ at, gln: packhouse }, [[lot, 1, 'EA']]),
        packed({ at, gln: packhouse }, unit, [], [item(1)]),
      );
      const using = { ...transformed({ at: later, gln: packhouse }, [], [[made, 1, 'EA']]), inputEPCList: [item(3)] };
      const [event] = await freshHub.capture(using);
      const scope = [
        { item: lot, via: null },
        { item: made, via: event?.event ?? '' },
      ];
      await freshHub.client.submit('recall:Open', { recall: recallOf(scope, { addressees: [] }) });
      for (const id of [unit, item(2)]) {
        expect(await refusalOf(freshHub.capture(shipped({ at: later, gln: packhouse }, field, [id])))).toMatchObject({
          code: 'on-hold',
          details: { item: lot },
        });
      }
    });

    it('are acknowledged under a signature, answered place by place, and closed with a reason for what is open', async () => {
      const { growers, freshHub } = context();
      const { field, packhouse, lot } = await withGoods(context());
      const recall = recallOf([{ item: lot, via: null }]);
      const { recallId } = recall;
      await growers.client.submit('recall:Open', { recall });
      const key = await freshHub.enrolSigner(`${freshHub.signer}-quality`);
      const sign = async (signer: string, channel = freshHub.client.channel) => ({
        statement: toBase64Url(
          await signAcknowledgement(key, channel, signer, {
            recallId,
            version: 1,
            mspId: 'FreshHubMSP',
            by: 'Quality lead',
            note: null,
            statedAtMs: 1,
          }),
        ),
      });
      const acknowledge = async (statement: { statement: string }, by = freshHub) =>
        by.client.submit('recall:Acknowledge', statement);
      const words = await sign(`${freshHub.signer}-quality`);
      expect((await refusalOf(acknowledge(words, growers))).code).toBe('not-permitted');
      expect((await refusalOf(acknowledge(await sign(freshHub.signer)))).code).toBe('unknown-signer');
      expect((await refusalOf(acknowledge(await sign(`${freshHub.signer}-quality`, 'other')))).code).toBe(
        'signature-refused',
      );
      await acknowledge(words);
      await acknowledge(words);
      const nothing = { quarantined: '0', returned: '0', destroyed: '0', sold: '0', notFound: '0', note: null };
      const findings = [{ ...nothing, place: packhouse, item: lot, uom: 'KGM', quarantined: '40' }];
      expect((await refusalOf(growers.client.submit('recall:RecordFinding', { recallId, findings }))).code).toBe(
        'not-permitted',
      );
      await freshHub.client.submit('recall:RecordFinding', { recallId, findings });
      const closing = { recallId, conclusion: 'All accounted for', release: true };
      const open = { open: 'goods', place: field, item: lot } as const;
      expect(await refusalOf(growers.client.submit('recall:Close', { ...closing, reasons: [] }))).toMatchObject({
        code: 'recall-open',
        details: { total: 1, open: [open] },
      });
      const reasons = [{ item: open, reason: 'Ploughed under' }];
      await growers.client.submit('recall:Close', { ...closing, reasons });
      expect(await freshHub.client.evaluate('recall:GetRecall', { recallId })).toMatchObject({
        recall: { state: 'closed', conclusion: 'All accounted for' },
        acknowledgements: [{ mspId: 'FreshHubMSP', by: 'Quality lead', version: 1 }],
      });
      await growers.capture(shipped({ at: later, gln: field }, packhouse, [], [[lot, 1, 'KGM']]));
    });

    it('win over a shipment that comes behind them in the same block, and never lose to one', async () => {
      const { growers } = context();
      const { field, packhouse } = await withGoods(context());
      let together = 0;
      for (let round = 0; round < maxRounds && together === 0; round++) {
        const lot = `https://id.gs1.org/01/${context().ids.gtin()}/10/X`;
        await growers.capture(harvested({ at, gln: field }, [[lot, 5, 'KGM']]));
        const statement = await growers.sign(
          epcisDocument([shipped({ at: later, gln: field }, packhouse, [], [[lot, 1, 'KGM']])]),
        );
        // Both are endorsed on the same state, in which the lot is free.
        const ship = await growers.client.endorse('provenance:Capture', { statement });
        const open = await growers.client.endorse('recall:Open', {
          recall: recallOf([{ item: lot, via: null }], { addressees: [] }),
        });
        const [hold, shipment] = await Promise.all([open(), ship()]);
        expect(hold.valid).toBe(true);
        const order = await growers.client.orderOf(hold.transactionId, shipment.transactionId);
        // What stands before the hold moved before it; what stands behind it read a range that is no longer so.
        expect(shipment.code).toBe(order === 'first' ? phantomReadConflict : 0);
        if (hold.block === shipment.block && order === 'first') together++;
      }
      expect(together).toBe(1);
    });
  });
}
