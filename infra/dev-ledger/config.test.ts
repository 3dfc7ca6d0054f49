import { describe, expect, it } from 'vitest';
import { parseConfig, requiredEndorsements } from './config.ts';

describe('the configuration', () => {
  it('has three organisations and a majority by default', () => {
    const config = parseConfig({});
    expect(config.organisations.map((org) => org.mspId)).toEqual(['GrowersMSP', 'FreshHubMSP', 'RetailMSP']);
    expect(config).toMatchObject({ channel: 'provenance', chaincode: { name: 'hopline' }, fsync: 'block' });
    expect(requiredEndorsements(config)).toBe(2);
  });

  it.each([
    ['any', 1],
    ['majority', 2],
    ['all', 3],
    [3, 3],
  ] as const)('policy %s of three organisations needs %i', (endorsementPolicy, expected) => {
    expect(requiredEndorsements(parseConfig({ endorsementPolicy }))).toBe(expected);
  });

  it.each([
    [{ endorsementPolicy: 4 }, "can't be met"],
    [{ organisations: [] }, 'organisations'],
    [{ organisations: twice('GrowersMSP') }, 'an MSP id of its own'],
    [{ organisations: [{ mspId: '../up', name: 'x', chaincodeAddress: 'h:1' }] }, 'mspId'],
    [{ orderer: { batchTimeoutMs: -1 } }, 'batchTimeoutMs'],
  ])('is refused with words about what is wrong (%j)', (input, words) => {
    expect(() => parseConfig(input)).toThrow(words);
  });
});

function twice(mspId: string) {
  return ['a', 'b'].map((name) => ({ mspId, name, chaincodeAddress: '127.0.0.1:1' }));
}
