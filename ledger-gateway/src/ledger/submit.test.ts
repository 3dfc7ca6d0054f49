import { status } from '@grpc/grpc-js';
import { StatusCode } from '@hyperledger/fabric-gateway';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { scriptedResult, startScriptedPeer } from '../testing/scripted-peer.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { submitLimits } from './ledger-options.ts';

const refusal = { code: 'statement-gap', message: 'statements before this one are missing', details: { expected: 3 } };
const inPeersWords = `chaincode response 500, ${JSON.stringify(refusal)}`;

let peer: Awaited<ReturnType<typeof startScriptedPeer>>;
let ledger: Ledger;
let pauses: number[];

beforeEach(async () => {
  peer = await startScriptedPeer();
  pauses = [];
  const clock: Clock = {
    now: () => Date.now(),
    sleep: async (ms) => {
      pauses.push(ms);
    },
  };
  ledger = await openLedger(
    { ...peer.options, mspId: 'FreshHubMSP' },
    { clock, random: () => 1, limits: submitLimits },
  );
});

afterEach(async () => {
  ledger.close();
  await peer.stop();
});

const submit = () => ledger.submit('readings:AnchorStatements', { statements: ['AA'] });
const head = () => ledger.evaluate('readings:GetHead', { node: '9521002000115/0' });
const steps = () => peer.calls.map((call) => call.method);
const ids = () => new Set(peer.calls.map((call) => call.transactionId)).size;

test('endorse, submit and commit status make a committed transaction', async () => {
  peer.script('commitStatus', { code: StatusCode.VALID, block: 7 });
  const committed = await submit();
  expect(committed).toEqual({ transactionId: peer.calls[0]?.transactionId, block: 7, result: scriptedResult });
  expect(steps()).toEqual(['endorse', 'submit', 'commitStatus']);
});

test('a transaction that may write thousands of keys has longer to be endorsed', async () => {
  const impatient = await openLedger(
    { ...peer.options, mspId: 'FreshHubMSP' },
    {
      clock: { now: () => Date.now(), sleep: async () => {} },
      random: () => 1,
      limits: { ...submitLimits, endorseTimeoutMs: -1 },
    },
  );
  try {
    const anchoring = impatient.submit('readings:AnchorStatements', { statements: ['AA'] });
    await expect(anchoring).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(steps()).toEqual([]);
    // The scripted peer answers as if it had anchored, which is no answer to this.
    const reopening = impatient.submit('recall:Reopen', { recallId: 'R-1', reason: 'again' });
    await expect(reopening).rejects.toMatchObject({ code: 'ledger-failed' });
    expect(steps()).toEqual(['endorse']);
  } finally {
    impatient.close();
  }
});

describe('the chaincode’s refusal', () => {
  test('is final, and comes with its code and values', async () => {
    peer.script('endorse', { error: status.ABORTED, detail: inPeersWords });
    await expect(submit()).rejects.toMatchObject({ code: 'statement-gap', details: { expected: 3 } });
    expect(steps()).toEqual(['endorse']);
  });

  test('is found in the message as well', async () => {
    peer.script('evaluate', { error: status.UNKNOWN, message: inPeersWords });
    await expect(head()).rejects.toMatchObject({ code: 'statement-gap' });
  });
});

describe('a passing failure', () => {
  test.each([
    ['endorse', status.ABORTED],
    ['endorse', status.UNAVAILABLE],
    ['endorse', status.FAILED_PRECONDITION],
    ['endorse', status.DEADLINE_EXCEEDED],
    ['submit', status.UNAVAILABLE],
    ['submit', status.DEADLINE_EXCEEDED],
    ['commitStatus', status.DEADLINE_EXCEEDED],
  ] as const)('of %s (%i) is tried again with the same transaction', async (step, error) => {
    peer.script(step, { error }, { error });
    await expect(submit()).resolves.toMatchObject({ block: 1 });
    expect(steps().filter((method) => method === step)).toHaveLength(3);
    expect(ids()).toBe(1);
    expect(pauses).toEqual([100, 200]);
  });

  test('before anything was submitted says that the ledger is away', async () => {
    peer.script('endorse', ...Array.from({ length: 9 }, () => ({ error: status.UNAVAILABLE })));
    await expect(submit()).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(steps()).toHaveLength(submitLimits.maxAttemptsPerStep);
  });

  test('after it was submitted says that nobody knows, with the transaction’s id', async () => {
    peer.script('commitStatus', ...Array.from({ length: 9 }, () => ({ error: status.UNAVAILABLE })));
    const error = await submit().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'commit-unknown', details: { transactionId: peer.calls[0]?.transactionId } });
  });
});

describe('a failure that stays', () => {
  test.each([
    ['no access', { error: status.PERMISSION_DENIED }],
    ['a proposal of the wrong form', { error: status.INVALID_ARGUMENT }],
    ['no access, as a peer says it', { error: status.ABORTED, detail: 'access denied: channel [provenance]' }],
    [
      'a function that the chaincode lacks',
      { error: status.ABORTED, detail: 'chaincode response 500, no such function' },
    ],
  ])('(%s) is told as one, at once, and nothing is sent', async (_what, answer) => {
    peer.script('endorse', answer);
    const error = await submit().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ledger-failed', details: { transaction: 'readings:AnchorStatements' } });
    expect(error).not.toMatchObject({ retryAfterMs: expect.any(Number) });
    expect(steps()).toEqual(['endorse']);
  });

  test('of a query is told as well', async () => {
    peer.script('evaluate', { error: status.UNKNOWN, message: 'chaincode response 500, TypeError' });
    await expect(head()).rejects.toMatchObject({ code: 'ledger-failed' });
  });

  test('is not what a broken connection looks like', async () => {
    peer.script('endorse', { error: status.INTERNAL, message: 'Received RST_STREAM with code 2' });
    await expect(submit()).rejects.toMatchObject({ code: 'ledger-unavailable' });
  });
});

describe('a result that is not of its form', () => {
  test.each(['null', '{"anchored":-1,"duplicates":0}', 'anchored', ''])('(%s) is never submitted', async (result) => {
    peer.script('endorse', { result });
    await expect(submit()).rejects.toMatchObject({ code: 'ledger-failed' });
    expect(steps()).toEqual(['endorse']);
  });

  test('of a query is not believed', async () => {
    peer.script('evaluate', { result: '{"sequence":0}' });
    await expect(head()).rejects.toMatchObject({ code: 'ledger-failed' });
  });
});

describe('overload', () => {
  test('of the first submission means that nothing was sent', async () => {
    peer.script('submit', { error: status.RESOURCE_EXHAUSTED });
    await expect(submit()).rejects.toMatchObject({ code: 'ledger-unavailable' });
    expect(steps()).toEqual(['endorse', 'submit']);
  });

  test('of a later one means nothing: the ledger is asked', async () => {
    peer.script('submit', { error: status.DEADLINE_EXCEEDED }, { error: status.RESOURCE_EXHAUSTED });
    peer.script('commitStatus', { code: StatusCode.VALID, block: 6 });
    await expect(submit()).resolves.toMatchObject({ block: 6 });
  });

  test.each([
    [status.UNKNOWN, 'too many requests for /gateway.Gateway, exceeding concurrency limit (500)'],
    [status.RESOURCE_EXHAUSTED, 'busy'],
  ])('(%i) is pushed back at once', async (error, message) => {
    peer.script('endorse', { error, message });
    await expect(submit()).rejects.toMatchObject({
      code: 'ledger-unavailable',
      retryAfterMs: submitLimits.retryAfterMs,
    });
    expect(steps()).toEqual(['endorse']);
  });
});

describe('a transaction that was committed as invalid', () => {
  test('after a conflict of reads is made anew', async () => {
    peer.script(
      'commitStatus',
      { code: StatusCode.MVCC_READ_CONFLICT, block: 2 },
      { code: StatusCode.VALID, block: 3 },
    );
    await expect(submit()).resolves.toMatchObject({ block: 3 });
    expect(ids()).toBe(2);
  });

  test('after too many conflicts is an error of its own', async () => {
    const conflict = { code: StatusCode.MVCC_READ_CONFLICT, block: 2 };
    peer.script('commitStatus', ...Array.from({ length: 20 }, () => conflict));
    await expect(submit()).rejects.toMatchObject({ code: 'ledger-conflict', block: 2 });
    expect(ids()).toBe(submitLimits.maxConflictRetries + 1);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(submitLimits.maxBackoffMs);
  });

  test('for another reason is final, with transaction, block and reason', async () => {
    peer.script('commitStatus', { code: StatusCode.ENDORSEMENT_POLICY_FAILURE, block: 4 });
    await expect(submit()).rejects.toMatchObject({
      code: 'ledger-conflict',
      validationCode: StatusCode.ENDORSEMENT_POLICY_FAILURE,
      details: { block: 4, validation: 'ENDORSEMENT_POLICY_FAILURE' },
    });
    expect(ids()).toBe(1);
  });
});

test('a duplicate is already sent: its outcome is asked for by its id', async () => {
  peer.script('submit', { error: status.DEADLINE_EXCEEDED }, { error: status.ABORTED, message: 'DUPLICATE_TXID' });
  peer.script('commitStatus', { code: StatusCode.VALID, block: 9 });
  await expect(submit()).resolves.toMatchObject({ block: 9 });
  expect(steps()).toEqual(['endorse', 'submit', 'submit', 'commitStatus']);
  expect(ids()).toBe(1);
});

test('a submission that only seems to have failed is asked for by its id', async () => {
  peer.script(
    'submit',
    ...Array.from({ length: submitLimits.maxAttemptsPerStep }, () => ({ error: status.UNAVAILABLE })),
  );
  peer.script('commitStatus', { code: StatusCode.VALID, block: 5 });
  await expect(submit()).resolves.toMatchObject({ block: 5 });
  expect(steps().filter((method) => method === 'submit')).toHaveLength(submitLimits.maxAttemptsPerStep);
  expect(ids()).toBe(1);
});
