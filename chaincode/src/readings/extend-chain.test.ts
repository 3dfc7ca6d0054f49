import { fromBase64Url, noPrevious, type Statement, toBase64Url } from '@hopline/protocol';
import { describe, expect, it } from 'vitest';
import { Refused } from '../refused.ts';
import { extendChain, type Link, maxSealedAheadMs } from './extend-chain.ts';

const digest = (fill: number) => toBase64Url(new Uint8Array(32).fill(fill));
const head = {
  schema: 1 as const,
  node: '9506000100012/0',
  sequence: 7,
  digest: digest(7),
  sealedAtMs: 700,
  registryVersion: 3,
};

function link(over: Partial<Statement> = {}): Link {
  const statement: Statement = {
    node: head.node,
    sequence: 8,
    previous: fromBase64Url(digest(7)),
    registryVersion: 3,
    size: 0,
    root: noPrevious,
    fromMs: 700,
    toMs: 700,
    sealedAtMs: 700,
    summaryDigest: noPrevious,
    excursions: [],
    ...over,
  };
  return { statement, digest: digest(statement.sequence) };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code;
    throw error;
  }
  return 'taken';
}

describe('extendChain', () => {
  it.each([
    ['the next statement', {}, 'taken'],
    ['a later one', { sequence: 9 }, 'statement-gap'],
    ['another one at the same sequence', { sequence: 7 }, 'statement-fork'],
    ['one of long ago', { sequence: 0, previous: noPrevious }, 'statement-fork'],
    ['one that follows another history', { previous: noPrevious }, 'statement-fork'],
    ['one sealed at the same millisecond', { sealedAtMs: 700 }, 'taken'],
    ['one sealed before', { sealedAtMs: 699 }, 'statement-time'],
    ['one sealed as far ahead as may be', { sealedAtMs: 700 + maxSealedAheadMs }, 'taken'],
    ['one sealed further ahead', { sealedAtMs: 701 + maxSealedAheadMs }, 'statement-time'],
    ['one judged by a newer registry', { registryVersion: 4 }, 'taken'],
    ['one judged by an older registry', { registryVersion: 2 }, 'registry-version'],
  ])('judges %s', (_what, over, verdict) => {
    expect(codeOf(() => extendChain(head, [link(over)], 700))).toBe(verdict);
  });

  it.each([
    ['at sequence 0 after nothing', { sequence: 0, previous: noPrevious }, 'taken'],
    ['at sequence 0 after something', { sequence: 0 }, 'statement-fork'],
    ['at sequence 1', { sequence: 1 }, 'statement-gap'],
  ])('begins a chain %s', (_what, over, verdict) => {
    expect(codeOf(() => extendChain(null, [link(over)], 700))).toBe(verdict);
  });

  it('follows several statements, each by the digest of the one before', () => {
    const next = link({ sequence: 9, previous: fromBase64Url(digest(8)), sealedAtMs: 900, registryVersion: 5 });
    expect(extendChain(head, [link(), next], 900)).toEqual({
      ...head,
      sequence: 9,
      digest: digest(9),
      sealedAtMs: 900,
      registryVersion: 5,
    });
    expect(codeOf(() => extendChain(head, [next, link()], 900))).toBe('statement-gap');
  });

  it('leaves the head where there is nothing to add', () => {
    expect(extendChain(head, [], 700)).toBe(head);
  });
});
