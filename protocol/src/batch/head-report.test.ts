import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { openHeadReport, signHeadReport } from './head-report.ts';

const { gateway, stranger } = testKeys;

const report = fc.record({
  node: fc.constant('9521321000018/0'),
  head: fc.option(fc.record({ sequence: fc.maxSafeNat(), digest: bytes(32, 32) })),
  height: fc.maxSafeNat(),
  reportedAtMs: fc.maxSafeNat(),
});

test('every report comes back, from its own gateway’s key only', async () => {
  await fc.assert(
    fc.asyncProperty(report, async (value) => {
      const signed = await signHeadReport(gateway.signing, 'provenance', 'FreshHubMSP', value);
      expect(await openHeadReport(signed, 'provenance', gateway.public, gateway.signing.kid)).toEqual(value);
      const wrongKey = () => openHeadReport(signed, 'provenance', stranger.public, stranger.signing.kid);
      expect(await refusalCode(wrongKey)).toBe('signature-invalid');
      const wrongChannel = () => openHeadReport(signed, 'other', gateway.public, gateway.signing.kid);
      expect(await refusalCode(wrongChannel)).toBe('cose-audience');
    }),
    seeded(30),
  );
});
