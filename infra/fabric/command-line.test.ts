import { describe, expect, it } from 'vitest';
import { DEFAULT_DATA_DIR, parseCommandLine } from './command-line.ts';

describe('parseCommandLine', () => {
  it('takes the defaults for a bare up', () => {
    const bare = { kind: 'up', dataDir: DEFAULT_DATA_DIR, fresh: false, portBase: undefined, chaincode: {} };
    expect(parseCommandLine(['up'])).toEqual(bare);
  });

  it('reads every option', () => {
    const chaincode = ['--chaincode', 'GrowersMSP=127.0.0.1:9001', '--chaincode', 'RetailMSP=localhost:9003'];
    expect(parseCommandLine(['up', '--data', 'd', '--fresh', '--port-base', '20000', ...chaincode])).toEqual({
      kind: 'up',
      dataDir: 'd',
      fresh: true,
      portBase: 20_000,
      chaincode: { GrowersMSP: '127.0.0.1:9001', RetailMSP: 'localhost:9003' },
    });
  });

  it('reads down and help', () => {
    expect(parseCommandLine(['down', '--data', 'd'])).toEqual({ kind: 'down', dataDir: 'd' });
    expect(parseCommandLine(['--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [[], 'say up or down'],
    [['sideways'], 'unknown command sideways'],
    [['up', 'down'], 'unexpected down'],
    [['up', '--port-base', 'many'], 'port number'],
    [['up', '--chaincode', '127.0.0.1:9001'], 'MSPID=HOST:PORT'],
    [['up', '--nope'], '--nope'],
  ])('refuses %j and shows the usage', (args, reason) => {
    const refusal = expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringContaining(reason) });
    expect(() => parseCommandLine(args)).toThrow(refusal);
    expect(() => parseCommandLine(args)).toThrow(/Usage: /);
  });
});
