import {
  type Finding,
  keyThumbprint,
  maxLotsLookedAt,
  type NewRecall,
  type Refusal,
  type SigningKey,
  signAcknowledgement,
  signingKeyFromSeed,
  type TransactionInput,
  toBase64Url,
} from '@hopline/protocol';
import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { beforeEach, describe, expect, it } from 'vitest';
import { Refused } from '../refused.ts';
import { Draft } from '../state/draft.ts';
import { aggregate, destroy, enter, objectEvent, receive, ship, transform } from '../testing/events.ts';
import { a1, a2, b1, b2, Trade, timeMs } from '../testing/trade.ts';
import type { Circumstances, Outcome } from '../transaction.ts';
import { acknowledge } from './acknowledge.ts';
import { changeScope } from './change-scope.ts';
import { closeRecall } from './close-recall.ts';
import { notify } from './notify.ts';
import { openRecall } from './open-recall.ts';
import { recordFinding } from './record-finding.ts';
import { reopenRecall } from './reopen-recall.ts';

const gtin = '09506000134352';
const lot = `https://id.gs1.org/01/${gtin}/10/L`;
const other = `https://id.gs1.org/01/${gtin}/10/M`;
const juice = 'https://id.gs1.org/01/09506000134369/10/J';
const [pallet, crate] = ['https://id.gs1.org/00/095060000000000017', 'https://id.gs1.org/00/095060000000000024'];
const channel = 'provenance';
const digest = toBase64Url(new Uint8Array(32));

/** Trade between two organisations, with recalls. */
class Recalls extends Trade {
  #transactions = 0;

  constructor() {
    super();
    for (const [index, mspId] of ['AMSP', 'BMSP', 'CMSP'].entries()) {
      const key = (seed: number) => toBase64Url(new Uint8Array(32).fill(seed));
      this.ledger.put('organisation', [mspId], {
        schema: 1,
        mspId,
        name: mspId,
        companyPrefixes: [],
        registryKey: key(index * 2),
        gatewayKey: key(index * 2 + 1),
      });
    }
  }

  /** Runs one transaction of the contract in an organisation's name. */
  async run<I>(
    decide: (input: I, draft: Draft, circumstances: Circumstances) => Promise<Outcome>,
    input: I,
    submitter = 'AMSP',
  ): Promise<Outcome> {
    this.#transactions++;
    const draft = new Draft(this.ledger);
    const outcome = await decide(input, draft, { submitter, channel, timeMs, transactionId: `t${this.#transactions}` });
    this.ledger.commit(draft);
    return outcome;
  }

  open(over: Partial<NewRecall> = {}, submitter?: string): Promise<Outcome> {
    const recall: NewRecall = {
      recallId: 'R1',
      kind: 'voluntary',
      class: 'II',
      reason: 'Listeria in a sample',
      authority: null,
      returnTo: [],
      scope: [{ item: lot, via: null }],
      evidence: { digest, height: 1 },
      addressees: ['AMSP', 'BMSP'],
      outside: [],
      ...over,
    };
    return this.run(openRecall, { recall }, submitter);
  }

  change(over: Partial<TransactionInput<'recall:ChangeScope'>>, submitter?: string): Promise<Outcome> {
    const nothing = { evidence: null, add: [], remove: [], addressees: [], outside: [] };
    return this.run(changeScope, { recallId: 'R1', reason: 'because', ...nothing, ...over }, submitter);
  }
}

async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  throw new Error('it was not refused');
}

let trade: Recalls;
beforeEach(async () => {
  trade = new Recalls();
  await trade.apply(
    enter(a1, {
      lots: [
        [lot, '100'],
        [other, '10'],
      ],
    }),
  );
});

describe('opening', () => {
  it('puts the scope on hold, and keeps the step', async () => {
    const { result, event } = await trade.open();
    expect(result).toEqual({ recallId: 'R1', step: 'opened', version: 1 });
    expect(event?.name).toBe('recalled');
    expect(await trade.ledger.at('hold', lot, 'R1')).toMatchObject({ enforced: true, mspId: 'AMSP' });
    expect(await trade.ledger.at('recall', 'R1')).toMatchObject({ lots: 1, gtins: [gtin], state: 'open', version: 1 });
    expect(await trade.ledger.all('recall-step')).toMatchObject([{ act: { step: 'opened', added: 1 }, atMs: timeMs }]);
  });

  it('counts a lot once that is named twice', async () => {
    await trade.open({ scope: [lot, other, lot].map((item) => ({ item, via: null })) });
    expect(await trade.ledger.at('recall', 'R1')).toMatchObject({ lots: 2, lotsEver: 2 });
    await trade.change({ add: [lot, other].map((item) => ({ item, via: null })), remove: [other] });
    expect(await trade.ledger.at('recall', 'R1')).toMatchObject({ lots: 2, lotsEver: 2, version: 2 });
  });

  it('is for who made the lot, owns the product or holds some of it', async () => {
    expect(await refusalOf(trade.open({}, 'BMSP'))).toMatchObject({
      code: 'not-permitted',
      details: { madeBy: 'AMSP' },
    });
    await trade.apply(ship(a1, b1, { lots: [[lot, '5']] }));
    expect((await refusalOf(trade.open({}, 'BMSP'))).code).toBe('not-permitted');
    await trade.apply(receive(b1, { lots: [[lot, '5']] }));
    await trade.open({}, 'BMSP');
    expect((await refusalOf(trade.open({ recallId: 'R2' }, 'CMSP'))).code).toBe('not-permitted');
    trade.ledger.put('product', [gtin], { schema: 1, gtin, mspId: 'CMSP', name: 'Lettuce', limits: [] });
    await trade.open({ recallId: 'R2' }, 'CMSP');
    // Who owns the product may recall a lot that nobody has captured yet.
    await trade.open({ recallId: 'R3', scope: [{ item: `${lot}9`, via: null }] }, 'CMSP');
  });

  it('counts custody of a unit, at any depth', async () => {
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '5']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [crate] }));
    await trade.apply(ship(a1, b1, { epcs: [pallet] }));
    expect((await refusalOf(trade.open({}, 'BMSP'))).code).toBe('not-permitted');
    await trade.apply(receive(b1, { epcs: [pallet] }));
    await trade.open({}, 'BMSP');
  });

  it.each([
    ['an id that is taken', {}, 'recall-exists'],
    ['a mandatory one without its authority', { recallId: 'R2', kind: 'mandatory' as const }, 'argument-malformed'],
    ['an authority that orders nothing', { recallId: 'R2', authority: 'FDA' }, 'argument-malformed'],
    [
      'another spelling of a lot',
      { recallId: 'R2', scope: [{ item: 'urn:epc:class:lgtin:9506000.013435.L', via: null }] },
      'argument-malformed',
    ],
    ['a strange addressee', { recallId: 'R2', addressees: ['XMSP'] }, 'unknown-organisation'],
    ['a return address that is no GLN', { recallId: 'R2', returnTo: ['9506000100013'] }, 'argument-malformed'],
  ])('refuses %s', async (_what, over, code) => {
    await trade.open();
    expect((await refusalOf(trade.open(over))).code).toBe(code);
  });
});

describe('lineage', () => {
  beforeEach(async () => {
    await trade.apply(ship(a1, b1, { lots: [[lot, '30']] }));
    await trade.apply(receive(b1, { lots: [[lot, '30']] }));
    await trade.apply(transform(b1, [[lot, '30']], [[juice, '20']], 'urn:x:1'));
  });

  it("reaches what others made of the goods, by the ledger's own record", async () => {
    const scope = [
      { item: lot, via: null },
      { item: juice, via: 'urn:x:1' },
    ];
    expect(await refusalOf(trade.open({ scope: [scope[1] ?? { item: juice, via: null }] }))).toMatchObject({
      code: 'recall-scope',
      details: { item: juice, via: 'urn:x:1' },
    });
    expect((await refusalOf(trade.open({ scope: [{ item: juice, via: null }] }))).code).toBe('not-permitted');
    expect(
      (
        await refusalOf(
          trade.open({
            scope: [
              { item: lot, via: null },
              { item: juice, via: 'urn:x:2' },
            ],
          }),
        )
      ).code,
    ).toBe('recall-scope');
    await trade.open({ scope });
    expect(await refusalOf(trade.apply(ship(b1, b2, { lots: [[juice, '1']] })))).toMatchObject({
      code: 'on-hold',
      details: { recallId: 'R1' },
    });
  });

  it('reaches what was made of a single item of a lot in the scope', async () => {
    const item = `https://id.gs1.org/01/${gtin}/21/1`;
    await trade.apply(enter(a1, { epcs: [item] }, { lots: { [item]: other } }));
    const made = 'https://id.gs1.org/01/09506000134369/10/K';
    await trade.apply({ ...transform(a1, [], [[made, '1']], 'urn:x:2'), inputEpcs: [item] } as NormalisedEvent);
    const scope = [
      { item: lot, via: null },
      { item: made, via: 'urn:x:2' },
    ];
    expect((await refusalOf(trade.open({ scope }))).code).toBe('recall-scope');
    await trade.open({ scope: scope.map((line) => (line.via === null ? { ...line, item: other } : line)) });
    expect((await trade.refuse(ship(a1, b1, { lots: [[made, '1']] }))).code).toBe('on-hold');
  });

  it('can be followed later, as far as the scope goes', async () => {
    await trade.open();
    await trade.change({ add: [{ item: juice, via: 'urn:x:1' }] });
    await trade.change({ remove: [lot] });
    expect((await refusalOf(trade.change({ add: [{ item: `${juice}2`, via: 'urn:x:1' }] }))).code).toBe('recall-scope');
    expect(await trade.ledger.at('recall', 'R1')).toMatchObject({ version: 3, lots: 1, lotsEver: 2 });
    expect(await trade.ledger.at('recall-scope', 'R1', lot)).toMatchObject({ fromVersion: 1, toVersion: 3 });
  });
});

describe('goods on hold', () => {
  it('are not shipped, packed, used or sold, and the refusal names the recall', async () => {
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '5']] }));
    await trade.apply(aggregate(a1, 'ADD', pallet, { epcs: [crate] }));
    await trade.open();
    const refusals = [
      ship(a1, b1, { lots: [[lot, '1']] }),
      ship(a1, b1, { epcs: [pallet] }),
      aggregate(a1, 'ADD', 'https://id.gs1.org/00/095060000000000031', { lots: [[lot, '1']] }),
      aggregate(a1, 'ADD', 'https://id.gs1.org/00/095060000000000031', { epcs: [pallet] }),
      transform(a1, [[lot, '1']], [[juice, '1']]),
      objectEvent(a1, 'OBSERVE', 'retail_selling', { lots: [[lot, '1']] }),
      objectEvent(a1, 'DELETE', 'other', { lots: [[lot, '1']] }),
    ];
    for (const [index, event] of refusals.entries()) {
      const unit = index === 1 || index === 3 ? pallet : null;
      expect(await trade.refuse(event), String(index)).toMatchObject({
        code: 'on-hold',
        details: { recallId: 'R1', item: lot, unit, openedBy: 'AMSP' },
      });
    }
    await trade.apply(ship(a1, b1, { lots: [[other, '1']] }));
  });

  it('can arrive, be unpacked, be destroyed, and be made available again', async () => {
    await trade.apply(aggregate(a1, 'ADD', crate, { lots: [[lot, '5']] }));
    await trade.apply(ship(a1, b1, { epcs: [crate], lots: [[lot, '7']] }));
    await trade.open();
    await trade.apply(receive(b1, { epcs: [crate], lots: [[lot, '7']] }));
    await trade.apply(aggregate(b1, 'DELETE', crate, {}));
    await trade.apply(destroy(b1, { lots: [[lot, '12']] }));
    await trade.change({ add: [{ item: other, via: null }], remove: [lot] });
    await trade.apply(ship(a1, b1, { lots: [[lot, '1']] }));
    expect((await trade.refuse(ship(a1, b1, { lots: [[other, '1']] }))).code).toBe('on-hold');
  });

  it('go back to where the recall wants them, under the disposition recalled', async () => {
    await trade.open({ returnTo: [b2] });
    const recalled = { disposition: 'recalled' as const };
    const pack = aggregate(a1, 'ADD', pallet, { lots: [[lot, '5']] }, recalled);
    await trade.apply(pack);
    const to = (place: string) => ship(a1, place, { epcs: [pallet] }).destinations;
    const back = (place: string, over: object) =>
      ship(a1, place, { epcs: [pallet] }, { destinations: to(place), ...over });
    expect((await trade.refuse(back(b1, recalled))).code).toBe('on-hold');
    expect((await trade.refuse(back(b2, {}))).code).toBe('on-hold');
    await trade.apply(back(b2, recalled));
  });

  it('are the single items of a lot too, by the lot that they came in with or that an event now says', async () => {
    const [known, stated, free] = ['1', '2', '3'].map((serial) => `https://id.gs1.org/01/${gtin}/21/${serial}`) as [
      string,
      string,
      string,
    ];
    await trade.apply(enter(a1, { epcs: [known] }, { lots: { [known]: lot } }));
    await trade.apply(enter(a1, { epcs: [stated, free] }));
    await trade.apply(aggregate(a1, 'ADD', crate, { epcs: [known] }));
    await trade.open();
    const details = { recallId: 'R1', item: lot };
    expect(await trade.refuse(ship(a1, b1, { epcs: [crate] }))).toMatchObject({ code: 'on-hold', details });
    const saying = ship(a1, b1, { epcs: [stated] }, { lots: { [stated]: lot } });
    expect(await trade.refuse(saying)).toMatchObject({ code: 'on-hold', details });
    await trade.apply(ship(a1, b1, { epcs: [free] }));
    await trade.apply(aggregate(a1, 'DELETE', crate, {}));
    expect((await trade.refuse(objectEvent(a1, 'OBSERVE', 'retail_selling', { epcs: [known] }))).code).toBe('on-hold');
  });

  it('of two recalls move when both allow it', async () => {
    await trade.open({ returnTo: [b2] });
    await trade.open({ recallId: 'R2', returnTo: [b1] });
    const recalled = { disposition: 'recalled' as const, destinations: ship(a1, b2, {}).destinations };
    expect(await trade.refuse(ship(a1, b2, { lots: [[lot, '1']] }, recalled))).toMatchObject({
      code: 'on-hold',
      details: { recallId: 'R2' },
    });
  });

  it('of an exercise are noted, and move', async () => {
    await trade.open({ kind: 'mock', class: null });
    expect(await trade.ledger.at('hold', lot, 'R1')).toMatchObject({ enforced: false });
    await trade.apply(ship(a1, b1, { lots: [[lot, '1']] }));
  });
});

describe('acknowledging', () => {
  const key = async (seed: number): Promise<SigningKey> =>
    (await signingKeyFromSeed(new Uint8Array(32).fill(seed))).key;

  async function enrol(mspId: string, signer: string, signing: SigningKey): Promise<void> {
    const kid = toBase64Url(await keyThumbprint(signing.publicKey));
    const publicKey = toBase64Url(signing.publicKey);
    trade.ledger.put('key', [kid], {
      schema: 1,
      kid,
      publicKey,
      use: 'signer',
      subject: signer,
      mspId,
      registeredAtMs: 0,
    });
    trade.ledger.put('signer', [signer], {
      schema: 1,
      signer,
      mspId,
      publicKey,
      places: [],
      kid,
      enrolledAtMs: 0,
      revoked: false,
    });
  }

  async function statement(
    over: { version?: number; mspId?: string; channel?: string; key?: SigningKey; signer?: string } = {},
  ) {
    const { version = 1, mspId = 'BMSP', signer = 'b-app' } = over;
    return toBase64Url(
      await signAcknowledgement(over.key ?? (await key(1)), over.channel ?? channel, signer, {
        recallId: 'R1',
        version,
        mspId,
        by: 'Quality lead',
        note: null,
        statedAtMs: 5,
      }),
    );
  }

  beforeEach(async () => {
    await enrol('BMSP', 'b-app', await key(1));
    await enrol('AMSP', 'a-app', await key(2));
    await trade.open();
  });

  it("is the recipient's signed word, with the ledger's time, and the first one counts", async () => {
    await trade.run(acknowledge, { statement: await statement() }, 'BMSP');
    const record = await trade.ledger.at('acknowledgement', 'R1', 'BMSP');
    expect(record).toMatchObject({ version: 1, signer: 'b-app', by: 'Quality lead', atMs: timeMs, statedAtMs: 5 });
    expect(await trade.run(acknowledge, { statement: await statement() }, 'BMSP')).toMatchObject({ event: null });
    await trade.change({ add: [{ item: other, via: null }] });
    await trade.run(acknowledge, { statement: await statement({ version: 2 }) }, 'BMSP');
    expect(await trade.ledger.at('acknowledgement', 'R1', 'BMSP')).toMatchObject({ version: 2 });
    expect((await trade.ledger.all('recall-step')).map(({ act }) => act.step)).toEqual([
      'opened',
      'acknowledged',
      'scope-changed',
      'acknowledged',
    ]);
  });

  it.each([
    ['another key', async () => statement({ key: await key(2) }), 'BMSP', 'unknown-signer'],
    [
      "another organisation's signer",
      async () => statement({ key: await key(2), signer: 'a-app' }),
      'BMSP',
      'not-permitted',
    ],
    ["another organisation's word", () => statement({ mspId: 'AMSP' }), 'BMSP', 'not-permitted'],
    ['somebody else who brings it', () => statement(), 'AMSP', 'not-permitted'],
    ['another channel', () => statement({ channel: 'other' }), 'BMSP', 'signature-refused'],
    ['a version that is not there', () => statement({ version: 2 }), 'BMSP', 'recall-state'],
    ['no signature', async () => toBase64Url(new Uint8Array(9)), 'BMSP', 'argument-malformed'],
  ])('refuses %s', async (_what, make, submitter, code) => {
    expect((await refusalOf(trade.run(acknowledge, { statement: await make() }, submitter))).code).toBe(code);
  });

  it('is for those to whom it is addressed', async () => {
    await enrol('CMSP', 'c-app', await key(3));
    const words = await statement({ key: await key(3), signer: 'c-app', mspId: 'CMSP' });
    expect((await refusalOf(trade.run(acknowledge, { statement: words }, 'CMSP'))).code).toBe('not-permitted');
    await trade.run(notify, { recallId: 'R1', version: 1, addressees: ['CMSP'], outside: [] });
    await trade.run(acknowledge, { statement: words }, 'CMSP');
  });
});

describe('findings and closing', () => {
  const finding = (place: string, over: Partial<Finding> = {}): Finding => ({
    place,
    item: lot,
    uom: 'KGM',
    quarantined: '0',
    returned: '0',
    destroyed: '0',
    sold: '0',
    notFound: '0',
    note: null,
    ...over,
  });
  const close = (reasons: TransactionInput<'recall:Close'>['reasons'] = [], release = false, by = 'AMSP') =>
    trade.run(closeRecall, { recallId: 'R1', conclusion: 'all back', release, reasons }, by);

  beforeEach(async () => {
    await trade.apply(ship(a1, b1, { lots: [[lot, '30']] }));
    await trade.apply(receive(b1, { lots: [[lot, '30']] }));
    await trade.open();
  });

  it("are for an organisation's own places, and for what was in the scope", async () => {
    const record = (found: Finding, by: string) => trade.run(recordFinding, { recallId: 'R1', findings: [found] }, by);
    expect((await refusalOf(record(finding(b1), 'AMSP'))).code).toBe('not-permitted');
    expect((await refusalOf(record(finding('9506000100050'), 'AMSP'))).code).toBe('unknown-site');
    expect((await refusalOf(record(finding(b1, { item: other }), 'BMSP'))).code).toBe('recall-scope');
    await record(finding(b1, { quarantined: '29' }), 'BMSP');
    await record(finding(b1, { destroyed: '29', notFound: '1' }), 'BMSP');
    expect(await trade.ledger.all('finding')).toMatchObject([
      { quarantined: '0', destroyed: '29', notFound: '1', mspId: 'BMSP' },
    ]);
  });

  it('of a party outside the channel are told by who opened the recall, and by nobody else', async () => {
    const outside = '9506000100050';
    const record = (by: string) =>
      trade.run(recordFinding, { recallId: 'R1', findings: [finding(outside, { destroyed: '2' })] }, by);
    expect((await refusalOf(record('AMSP'))).code).toBe('unknown-site');
    await trade.run(notify, { recallId: 'R1', version: 1, addressees: [], outside: [outside] });
    expect((await refusalOf(record('BMSP'))).code).toBe('not-permitted');
    await record('AMSP');
    expect(await trade.ledger.all('finding')).toMatchObject([{ place: outside, mspId: 'AMSP', destroyed: '2' }]);
  });

  it('needs a reason for each thing that is open', async () => {
    const open = [
      { open: 'organisation', mspId: 'BMSP' },
      { open: 'goods', place: a1, item: lot },
      { open: 'goods', place: b1, item: lot },
    ] as const;
    expect(await refusalOf(close())).toMatchObject({ code: 'recall-open', details: { total: 3, open } });
    const reasons = open.map((item) => ({ item, reason: 'out of business' }));
    expect((await refusalOf(close(reasons.slice(1)))).code).toBe('recall-open');
    await trade.run(recordFinding, { recallId: 'R1', findings: [finding(a1, { quarantined: '70' })] });
    expect(await refusalOf(close(reasons.slice(0, 1)))).toMatchObject({ details: { total: 1 } });
    expect((await refusalOf(close(reasons, false, 'BMSP'))).code).toBe('not-permitted');
    await close(reasons);
    expect(await trade.ledger.at('recall', 'R1')).toMatchObject({
      state: 'closed',
      closedAtMs: timeMs,
      conclusion: 'all back',
    });
    expect((await refusalOf(close(reasons))).code).toBe('recall-state');
  });

  it('takes one reason for all goods of a place that nobody reported, and for no other place', async () => {
    const items = [{ open: 'organisation', mspId: 'BMSP' } as const, { open: 'place', place: b1 } as const];
    const reasons = items.map((item) => ({ item, reason: 'out of business' }));
    expect(await refusalOf(close(reasons))).toMatchObject({
      details: { total: 1, open: [{ open: 'goods', place: a1, item: lot }] },
    });
    await close([...reasons, { item: { open: 'place', place: a1 }, reason: 'ploughed under' }]);
  });

  it('looks at the goods of a scope up to a size, and beyond it leaves them to whose gateway submits it', async () => {
    const many = Array.from({ length: maxLotsLookedAt + 1 }, (_, index) => `${lot}-${index}`);
    await trade.apply(enter(a1, { lots: many.map((item) => [item, '1'] as const) }));
    const scope = many.map((item) => ({ item, via: null }));
    await trade.open({ recallId: 'R2', scope, addressees: [] });
    const closeIt = () =>
      trade.run(closeRecall, { recallId: 'R2', conclusion: 'all back', release: false, reasons: [] }, 'AMSP');
    await trade.change({ recallId: 'R2', remove: many.slice(0, 1) });
    expect(await refusalOf(closeIt())).toMatchObject({ code: 'recall-open', details: { total: maxLotsLookedAt } });
    await trade.change({ recallId: 'R2', add: scope.slice(0, 1) });
    await closeIt();
  });

  it('leaves the goods on hold unless they are let go, and can be taken back', async () => {
    const reasons = [
      { open: 'organisation', mspId: 'BMSP' } as const,
      ...[a1, b1].map((place) => ({ open: 'goods', place, item: lot }) as const),
    ].map((item) => ({ item, reason: 'x' }));
    await close(reasons);
    expect((await trade.refuse(ship(a1, a2, { lots: [[lot, '1']] }))).code).toBe('on-hold');
    await trade.run(reopenRecall, { recallId: 'R1', reason: 'not all back' });
    await close(reasons, true);
    await trade.apply(ship(a1, a2, { lots: [[lot, '1']] }));
    await trade.run(reopenRecall, { recallId: 'R1', reason: 'not all back' });
    expect((await trade.refuse(ship(a1, a2, { lots: [[lot, '1']] }))).code).toBe('on-hold');
  });
});
