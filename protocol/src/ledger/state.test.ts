import { describe, expect, it } from 'vitest';
import { encodeState, formatSequence, formatStateKey, parseStateKey, parseStateWrite, stateKey } from './index.ts';

const holding = {
  schema: 1 as const,
  item: 'https://id.gs1.org/01/09506000134352/10/A%2F1',
  amount: '12.5',
  uom: 'KGM',
  origin: 'declared' as const,
  place: '9506000100005',
  custodian: 'GrowersMSP',
  disposition: 'active',
  event: 'ni:///sha-256;00?ver=CBV2.0',
  sinceMs: 1_790_000_000_000,
};

describe('composite keys', () => {
  it('have the form of the chaincode shim', () => {
    expect(stateKey('holding', 'a/b', 'c')).toBe('\u0000holding\u0000a/b\u0000c\u0000');
  });

  it('come apart again', () => {
    expect(parseStateKey(stateKey('association', 'x', 'y'))).toEqual({ kind: 'association', attributes: ['x', 'y'] });
    expect(parseStateKey('initialized')).toBeNull();
  });

  it.each([[''], ['a\u0000b']])('refuse the attribute %j', (attribute) => {
    expect(() => formatStateKey({ kind: 'site', attributes: [attribute] })).toThrow(TypeError);
  });

  it('order statements as their sequences do', () => {
    expect([10, 9, 2 ** 53 - 1, 0].map(formatSequence).sort()).toEqual([0, 9, 10, 2 ** 53 - 1].map(formatSequence));
  });
});

describe('parseStateWrite', () => {
  const key = stateKey('holding', holding.item, holding.place);

  it('reads a record and a deletion', () => {
    const write = { kind: 'holding', attributes: [holding.item, holding.place] };
    expect(parseStateWrite(key, encodeState('holding', holding))).toEqual({ ...write, record: holding });
    expect(parseStateWrite(key, null)).toEqual({ ...write, record: null });
  });

  it('passes over what is not ours', () => {
    expect(parseStateWrite('\u0000namespaces\u0000x\u0000', '{}')).toBeNull();
  });

  it('refuses a version that it does not know', () => {
    expect(() => parseStateWrite(key, JSON.stringify({ ...holding, schema: 2 }))).toThrow(/schema/);
  });
});
