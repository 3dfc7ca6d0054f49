import { common } from '@hyperledger/fabric-protos';
import { describe, expect, it } from 'vitest';
import { headerHash } from './block.ts';

/**
 * Headers of the first blocks of a channel that a Fabric network made: hyperledger/fabric,
 * internal/ledgerutil/testdata/sample_prod, channel mychannel. Each names the hash of the one before.
 */
const FABRIC_HEADERS = [
  { dataHash: '2aaa2d6e91d8b6ca889004b975328e114f9169c30fe437284385095cd5584104', previousHash: '' },
  {
    dataHash: 'f38eb85e2157d17b41a4220a356ec22111851951df646ab1b30c3c8ad1627575',
    previousHash: 'c4a1491ab9a62e9125b3cbab3a782ea1f56e24c608620d85bb940585d059a2a1',
  },
  {
    dataHash: 'dbb0455f14f0c504e3554487a2fd107d7ca4f9a144fd587b32df8021c7263c22',
    previousHash: 'e785e7c8a054685b73763ab79750bd7e4ffe4fe377992f96a3618e19ea6b29d9',
  },
  {
    dataHash: '28bb5bca666c26c8c907fb02b03ed907af08229621ce25757a6a6e300dc1aeeb',
    previousHash: '0fe6b0856a5e8d74cea299466591035af24aafe455de11c2ef350d944b6c463e',
  },
];

function header(number: number, { dataHash, previousHash }: { dataHash: string; previousHash: string }) {
  const message = new common.BlockHeader();
  message.setNumber(number);
  message.setDataHash(Buffer.from(dataHash, 'hex'));
  message.setPreviousHash(Buffer.from(previousHash, 'hex'));
  return message;
}

describe('the hash of a header', () => {
  it('is what Fabric computes', () => {
    for (const [number, fields] of FABRIC_HEADERS.entries()) {
      const next = FABRIC_HEADERS[number + 1];
      if (next) expect(headerHash(header(number, fields)).toString('hex')).toBe(next.previousHash);
    }
  });

  it.each([127, 128, 255, 256, 32_768, 2 ** 40])(
    'differs for block %i, whose number needs another DER form',
    (number) => {
      const fields = { dataHash: '00', previousHash: '00' };
      const hashes = [number - 1, number, number + 1].map((n) => headerHash(header(n, fields)).toString('hex'));
      expect(new Set(hashes).size).toBe(3);
    },
  );
});
