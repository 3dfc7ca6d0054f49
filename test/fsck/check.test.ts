import {
  type Bytes,
  decodeSummary,
  encodeSummary,
  generateSigningKey,
  type IntervalFigures,
  toBase64Url,
} from '@hopline/protocol';
import { expect, test } from 'vitest';
import { check, type FsckReport } from './check.ts';
import type { FaultCode } from './fault.ts';
import { type Call, makeBlocks } from './testing/make-blocks.ts';
import { anchorCall, chaincode, History, legacy, node, probe, provenLeaves } from './testing/make-history.ts';
import { impostors, mspIds, organisations } from './testing/members.ts';

const codesOf = ({ faults }: FsckReport): FaultCode[] => [...new Set(faults.map(({ code }) => code))].sort();

function flipped(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice();
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ 1;
  return copy;
}

test('a sound history has no fault, and everything is counted', async () => {
  const report = await check((await History.make()).input());
  expect(report).toMatchObject({ ok: true, acknowledged: 10, anchored: 9, quarantined: 1, pending: 0, missing: 0 });
  expect(report).toMatchObject({ duplicated: 0, batches: 3, batchesWithoutLeaves: 0, leaves: 9, blocks: 6 });
  // On each of five transactions the client's signature and two of three endorsements.
  const endorsements = { transactions: 5, signatures: 15, organisations: 3, required: 2 };
  expect(report).toMatchObject({ endorsements, intervals: 3 });
  expect(report.faults).toEqual([]);
});

/** Each breaks one thing of a sound history; the codes are all that may be found then. */
const breakages: [string, (history: History) => Promise<unknown> | unknown, FaultCode[]][] = [
  [
    'a leaf is altered: its time of receipt',
    (history) =>
      history.changeBatch(0, ({ leaves }) => ({
        leaves: leaves.map((entry) => (entry.index === 2 ? { ...entry, leaf: flipped(entry.leaf, 10) } : entry)),
      })),
    ['batch-root', 'proof'],
  ],
  [
    'a leaf is altered: its reading',
    (history) =>
      history.changeBatch(0, ({ leaves }) => ({
        leaves: leaves.map((entry) => (entry.index === 2 ? { ...entry, leaf: flipped(entry.leaf, -1) } : entry)),
      })),
    ['batch-root', 'leaf-signature', 'proof', 'reading-missing'],
  ],
  [
    'a leaf is no leaf',
    (history) =>
      history.changeBatch(0, ({ leaves }) => ({
        leaves: leaves.map((entry) => (entry.index === 2 ? { ...entry, leaf: Uint8Array.of(0xa0) } : entry)),
      })),
    ['batch-root', 'leaf-malformed', 'proof', 'reading-missing', 'summary-content', 'summary-figures'],
  ],
  [
    'a leaf is missing, and the proofs are made to fit',
    async (history) => {
      const leaves = await provenLeaves(history.edge.batches[0]?.leaves.slice(0, 4).map(({ leaf }) => leaf) ?? []);
      history.changeBatch(0, () => ({ leaves }));
    },
    ['batch-root', 'batch-size', 'batch-span', 'reading-missing', 'summary-content', 'summary-figures'],
  ],
  [
    'a proof is altered',
    (history) =>
      history.changeBatch(0, ({ leaves }) => ({
        leaves: leaves.map((entry) => ({ ...entry, proof: entry.proof.map((hash) => flipped(hash, 0)) })),
      })),
    ['proof'],
  ],
  [
    'the edge holds another statement than the ledger',
    async (history) => {
      const messages = await history.readings(8, 2);
      const other = await history.seal(messages);
      history.changeBatch(2, () => ({ statement: other.statement }));
    },
    // The readings are on the ledger all the same, as the summary of the ledger's statement tells.
    ['batch-differs'],
  ],
  [
    'a summary is altered',
    (history) => history.changeBatch(0, ({ summary }) => ({ summary: flipped(summary, -1) })),
    ['summary-content', 'summary-digest'],
  ],
  [
    'a summary that the statement fixes tells of a reading that is not there',
    async (history) => {
      const messages = await history.readings(8, 2);
      const honest = await history.seal(messages);
      const told = decodeSummary(honest.summary);
      const devices = told.devices.map((each) => ({ ...each, ranges: [{ epoch: 7, first: 8, last: 10 }] }));
      history.changeBatch(0, () => ({ summary: encodeSummary({ ...told, devices }) }));
    },
    ['summary-content', 'summary-digest'],
  ],
  [
    'a statement has another root than its leaves',
    async (history) => {
      const messages = await history.readings(8, 2);
      const batch = await history.seal(messages, { root: new Uint8Array(32) });
      history.edge = { ...history.edge, batches: [...history.edge.batches, batch] };
      history.calls.push([anchorCall(batch)]);
    },
    ['batch-root'],
  ],
  [
    'a statement has another time span than its leaves',
    async (history) => {
      const batch = await history.seal(await history.readings(8, 2), { fromMs: 0 });
      history.edge = { ...history.edge, batches: [...history.edge.batches, batch] };
      history.calls.push([anchorCall(batch)]);
    },
    ['batch-span'],
  ],
  [
    'a statement is left out of the ledger',
    (history) => history.calls.splice(2, 1),
    ['reading-pending', 'statement-chain', 'statement-sequence'],
  ],
  [
    'a statement forks the chain',
    async (history) => {
      const batch = await history.seal([], { previous: history.head?.digest.slice().fill(1) as Bytes });
      history.calls.push([anchorCall(batch)]);
    },
    ['statement-chain'],
  ],
  [
    'a sequence is given twice',
    async (history) => history.calls.push([anchorCall(await history.seal([], { sequence: 2 }))]),
    ['batch-differs', 'statement-sequence'],
  ],
  [
    'a statement is signed by another key',
    async (history) => {
      const { key } = await generateSigningKey();
      history.calls.push([anchorCall(await history.seal([], {}, key))]);
    },
    ['statement-signature'],
  ],
  ['a statement is of a node that nobody enrolled', (history) => history.calls.shift(), ['statement-unknown-node']],
  [
    'a statement comes after its key was revoked',
    async (history) => {
      const revocation = { kid: toBase64Url(history.nodeKey.kid), subject: node, reason: 'stolen', last: null };
      history.calls.push([{ name: 'registry:Revoke', argument: { revocation } }]);
      await history.anchor([]);
    },
    ['statement-signature'],
  ],
  [
    'a device was enrolled with a proof for another one',
    async (history) => {
      const { key } = await generateSigningKey();
      const proof = await history.proof('device', legacy, key);
      history.calls.push([{ name: 'registry:EnrolDevice', argument: { proof, device: { device: probe } } }]);
    },
    ['enrolment-proof'],
  ],
  ['a device was never enrolled', (history) => history.calls.splice(1, 1), ['leaf-unknown-device']],
  [
    'an acknowledged reading is nowhere',
    async (history) => history.journal.push((await history.reading(50)).line),
    ['reading-missing'],
  ],
  [
    'an acknowledged reading is still open at the edge',
    async (history) => {
      const { leaf, line } = await history.reading(50);
      history.journal.push(line);
      history.edge = { ...history.edge, open: [leaf] };
    },
    ['reading-pending'],
  ],
  [
    'a batch is sealed and not on the ledger',
    async (history) => {
      await history.anchor(await history.readings(50, 2));
      history.calls.pop();
    },
    ['reading-pending'],
  ],
  [
    'the transaction of a batch is not valid',
    async (history) => {
      await history.anchor(await history.readings(50, 2));
      history.calls.push((history.calls.pop() ?? []).map((call) => ({ ...call, isValid: false })));
    },
    ['reading-pending'],
  ],
  [
    'a reading is in two batches',
    async (history) => {
      const messages = await history.readings(50, 2);
      await history.anchor(messages);
      await history.anchor(messages);
    },
    ['reading-duplicated', 'sequence-repeated'],
  ],
  [
    'a sequence is anchored twice with different content',
    async (history) => {
      await history.anchor([await history.reading(50)]);
      await history.anchor([await history.reading(50, history.probeKey, 9)]);
    },
    ['sequence-repeated'],
  ],
  [
    'a reading is anchored and in quarantine',
    async (history) => {
      const [message] = await history.readings(50, 1);
      await history.anchor(message ? [message] : []);
      const entry = { reason: 'foreign', device: probe, message: message?.payload as Bytes };
      history.edge = { ...history.edge, quarantine: [...history.edge.quarantine, entry] };
    },
    ['reading-duplicated'],
  ],
  [
    'what was put into quarantine has gone from there',
    (history) => {
      history.edge = { ...history.edge, quarantine: [] };
    },
    ['reading-missing'],
  ],
  [
    'a legacy sensor got two acknowledgements for the same bytes, and one reading is there',
    async (history) => history.journal.push((await history.legacyReading()).line),
    ['reading-missing'],
  ],
];

/** Signs the transaction of a fourth batch in a way that must not count. */
const unsound: [string, Partial<Call>, FaultCode[]][] = [
  ['has one endorsement', { endorsers: [organisations.RetailMSP.peer] }, ['endorsement-policy']],
  [
    'is endorsed twice by one organisation',
    { endorsers: [organisations.RetailMSP.peer, organisations.RetailMSP.peer] },
    ['endorsement-policy'],
  ],
  [
    'is endorsed by peers of others who use the names',
    { endorsers: [impostors.GrowersMSP.peer, impostors.RetailMSP.peer, organisations.FreshHubMSP.peer] },
    ['endorsement-policy'],
  ],
  [
    'is endorsed by clients',
    { endorsers: [organisations.GrowersMSP.client, organisations.RetailMSP.client] },
    ['endorsement-policy'],
  ],
  ['was endorsed as another proposal', { flaw: 'proposal' }, ['endorsement-proposal']],
  ['has another’s signature', { flaw: 'signature' }, ['transaction-signature']],
  ['has another id than its nonce and client give', { flaw: 'id' }, ['transaction-id']],
];

test.each(unsound)('found: a transaction %s', async (_what, change, codes) => {
  const history = await History.make();
  await history.anchor([]);
  history.calls.push((history.calls.pop() ?? []).map((call) => ({ ...call, ...change })));
  expect(codesOf(await check(history.input()))).toEqual(codes);
});

test('what is not valid may be endorsed by nobody', async () => {
  const history = await History.make();
  history.calls.push([{ ...anchorCall(), isValid: false, endorsers: [] }]);
  expect(await check(history.input())).toMatchObject({ ok: true, transactions: { valid: 5, invalid: 1 } });
});

test('found: the organisations in the blocks are not those that are known from elsewhere', async () => {
  const history = await History.make();
  const anchorsOf = (of: typeof organisations) => new Map(mspIds.map((mspId) => [mspId, of[mspId].client.certificate]));
  expect(await check({ ...history.input(), anchors: anchorsOf(organisations) })).toMatchObject({ ok: true });
  expect(codesOf(await check({ ...history.input(), anchors: anchorsOf(impostors) }))).toEqual(['roots-differ']);
});

test('found: no block configures the channel', async () => {
  const history = await History.make();
  const blocks = makeBlocks(chaincode, history.calls).slice(1);
  expect(codesOf(await check(history.input(blocks)))).toContain('roots-absent');
});

test.each(['count', 'min', 'max', 'mean'] as const)(
  'found: a summary with another %s than its leaves',
  async (figure) => {
    const history = await History.make();
    const batch = await history.seal(await history.readings(8, 3), {}, history.nodeKey, ({ devices, ...told }) => ({
      ...told,
      devices: devices.map((device) => ({
        ...device,
        streams: device.streams.map((stream) => ({
          ...stream,
          intervals: stream.intervals.map((figures) => ({ ...figures, ...altered(figures, figure) })),
        })),
      })),
    }));
    history.edge = { ...history.edge, batches: [...history.edge.batches, batch] };
    history.calls.push([anchorCall(batch)]);
    expect(codesOf(await check(history.input()))).toEqual(['summary-figures']);
  },
);

/** One figure off by a thousandth, or the bounds around it, so that the format still takes it. */
function altered(figures: IntervalFigures, figure: 'count' | 'min' | 'max' | 'mean'): Partial<IntervalFigures> {
  if (figure === 'count') return { count: figures.count + 1 };
  if (figure === 'min') return { min: figures.min - 1 };
  if (figure === 'max') return { max: figures.max + 1 };
  return { max: figures.max + 2, mean: figures.mean + 1 };
}

test.each(breakages)('found: %s', async (_what, breakIt, codes) => {
  const history = await History.make();
  await breakIt(history);
  const report = await check(history.input());
  expect(codesOf(report)).toEqual(codes);
  expect(report.ok).toBe(false);
});

test('found: a block with other data than its header says, and all that follows is not in doubt', async () => {
  const history = await History.make();
  const blocks = makeBlocks(chaincode, history.calls);
  const other = makeBlocks(chaincode, history.calls.with(3, []));
  blocks[4]?.setData(other[4]?.getData());
  expect(codesOf(await check(history.input(blocks)))).toEqual([
    'block-data-hash',
    'statement-chain',
    'statement-sequence',
  ]);
});

test('found: a block that was replaced as a whole breaks the chain after it', async () => {
  const history = await History.make();
  const blocks = makeBlocks(chaincode, history.calls);
  const other = makeBlocks(
    chaincode,
    history.calls.with(0, [...(history.calls[0] ?? []), ...(history.calls[0] ?? [])]),
  );
  blocks[1] = other[1] as (typeof blocks)[0];
  expect(codesOf(await check(history.input(blocks)))).toEqual(['block-chain']);
});

test('found: a block is missing', async () => {
  const history = await History.make();
  history.calls.push([]);
  const blocks = makeBlocks(chaincode, history.calls).filter((_, index) => index !== history.calls.length - 1);
  const report = await check(history.input(blocks));
  expect(codesOf(report)).toEqual(['block-chain', 'block-number', 'reading-pending']);
});

test('the same acknowledgement noted twice is one reading', async () => {
  const history = await History.make();
  history.journal.push(...history.journal.filter(({ epoch }) => epoch !== null));
  expect(await check(history.input())).toMatchObject({ ok: true, acknowledged: 10 });
});

test('the same statements again in a later transaction change nothing', async () => {
  const history = await History.make();
  history.calls.push([anchorCall(...history.edge.batches)]);
  expect(await check(history.input())).toMatchObject({ ok: true, batches: 3 });
});

test('statements before a new enrolment are judged by the earlier key, those after it by the new one', async () => {
  const history = await History.make();
  const { key } = await generateSigningKey();
  history.calls.push([await history.enrolNode(key)]);
  await history.anchor(await history.readings(20, 2), key);
  expect(await check(history.input())).toMatchObject({ ok: true, anchored: 11 });
  await history.anchor([]);
  expect(codesOf(await check(history.input()))).toEqual(['statement-signature']);
});

test('readings of a key that was replaced later are still those of their device', async () => {
  const history = await History.make();
  const { key } = await generateSigningKey();
  const proof = await history.proof('device', probe, key);
  history.calls.push([{ name: 'registry:EnrolDevice', argument: { proof, device: { device: probe } } }]);
  await history.anchor([await history.reading(30, key)]);
  expect(await check(history.input())).toMatchObject({ ok: true, anchored: 10 });
});

test.each([
  ['keeps statement and summary', (history: History) => history.changeBatch(2, () => ({ leaves: [] }))],
  [
    'has nothing of it',
    (history: History) => {
      history.edge = { ...history.edge, batches: history.edge.batches.slice(0, 2) };
    },
  ],
])('leaves that are gone are covered by the summary, where the edge %s', async (_what, lose) => {
  const history = await History.make();
  lose(history);
  const report = await check(history.input());
  expect(report).toMatchObject({ ok: true, anchored: 9, missing: 0, batchesWithoutLeaves: 1, leaves: 5 });
});

test('of an edge that nobody can read, the ledger and the summaries still tell', async () => {
  const history = await History.make();
  const report = await check({ ...history.input(), edges: [] });
  expect(report).toMatchObject({ anchored: 9, missing: 1, batchesWithoutLeaves: 2 });
});

test('found: leaves are gone and their summary is nowhere', async () => {
  const history = await History.make();
  history.changeBatch(0, () => ({ leaves: [] }));
  const summaryOf = async () => null;
  const report = await check({ ...history.input(), summaryOf });
  expect(codesOf(report)).toEqual(['reading-missing', 'summary-absent']);
  expect(report.missing).toBe(5);
});

test('found: somebody gives another summary for a batch whose leaves are gone', async () => {
  const history = await History.make();
  history.changeBatch(0, () => ({ leaves: [] }));
  const other = history.edge.batches[2]?.summary as Bytes;
  const report = await check({ ...history.input(), summaryOf: async () => other });
  expect(codesOf(report)).toEqual(['reading-missing', 'summary-digest']);
});

test('found: a reading is in a batch without leaves and in a later one again', async () => {
  const history = await History.make();
  const messages = await history.readings(20, 2);
  await history.anchor(messages);
  history.changeBatch(3, () => ({ leaves: [] }));
  await history.anchor(messages.slice(0, 1));
  const report = await check(history.input());
  expect(codesOf(report)).toEqual(['reading-duplicated', 'sequence-repeated']);
  expect(report.duplicated).toBe(1);
});

test('found: two batches without leaves tell of the same sequence', async () => {
  const history = await History.make();
  const messages = await history.readings(20, 2);
  await history.anchor(messages);
  await history.anchor(messages.slice(1));
  history.edge = { ...history.edge, batches: history.edge.batches.slice(0, 3) };
  expect(codesOf(await check(history.input()))).toEqual(['sequence-repeated']);
});

test('an equivocation in quarantine is not the reading that the summary covers', async () => {
  const history = await History.make();
  history.changeBatch(0, () => ({ leaves: [] }));
  const other = await history.reading(3, history.probeKey, 9);
  history.journal.push(other.line);
  const entry = { reason: 'equivocation', device: probe, message: other.payload };
  history.edge = { ...history.edge, quarantine: [...history.edge.quarantine, entry] };
  expect(await check(history.input())).toMatchObject({ ok: true, anchored: 9, quarantined: 2 });
});

test('legacy readings of a batch without leaves are there as often as its summary counts, and no more', async () => {
  const history = await History.make();
  history.changeBatch(2, () => ({ leaves: [] }));
  const { line } = await history.legacyReading();
  expect(await check(history.input())).toMatchObject({ ok: true });
  history.journal.push({ ...line, digest: toBase64Url(new Uint8Array(32)) });
  expect(await check(history.input())).toMatchObject({ ok: false, missing: 1 });
});
