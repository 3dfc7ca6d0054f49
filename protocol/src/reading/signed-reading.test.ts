import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import { maxCounter, maxEpoch } from './sequence.ts';
import {
  maxAbsoluteValue,
  maxReadingBytes,
  parseReading,
  readLegacyRecords,
  signEpochOpening,
  signReading,
  verifyEpochOpening,
  verifyReading,
} from './signed-reading.ts';

const { device: key, stranger } = testKeys;
const device = 'urn:dev:os:32473-000123';
const channel = 'provenance';
const pack = [{ n: `${device}:temperature`, u: 'Cel', v: 4.25, t: 1_763_870_400 }];

test('a reading says who sent it, where it stands and what was measured', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(maxEpoch),
      fc.nat(maxCounter),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => n + 0),
      async (epoch, counter, v) => {
        const bytes = await signReading(key.signing, channel, device, { epoch, counter }, [{ ...pack[0], v }]);
        const reading = parseReading(bytes);
        expect(reading).toMatchObject({ device, sequence: { epoch, counter } });
        expect(await verifyReading(reading, channel, key.public, key.signing.kid)).toEqual([
          {
            name: `${device}:temperature`,
            stream: 'temperature',
            unit: 'Cel',
            value: { kind: 'number', value: v },
            sum: null,
            timeMs: 1_763_870_400_000,
          },
        ]);
      },
    ),
    seeded(50),
  );
});

test('the same reading signed twice has the same bytes', async () => {
  const sign = () => signReading(key.signing, channel, device, { epoch: 1, counter: 2 }, pack);
  expect(await sign()).toEqual(await sign());
});

test('the opening of an epoch is not a reading, nor the other way round', async () => {
  const opening = parseReading(await signEpochOpening(key.signing, channel, device, 7));
  const reading = parseReading(await signReading(key.signing, channel, device, { epoch: 7, counter: 0 }, pack));
  expect(await verifyEpochOpening(opening, channel, key.public, key.signing.kid)).toBe(7);
  expect(await refusalCode(() => verifyReading(opening, channel, key.public, key.signing.kid))).toBe('cose-type');
  expect(await refusalCode(() => verifyEpochOpening(reading, channel, key.public, key.signing.kid))).toBe('cose-type');
});

test('another key, another channel', async () => {
  const reading = parseReading(await signReading(key.signing, channel, device, { epoch: 1, counter: 2 }, pack));
  expect(await refusalCode(() => verifyReading(reading, channel, stranger.public, stranger.signing.kid))).toBe(
    'signature-invalid',
  );
  expect(await refusalCode(() => verifyReading(reading, 'settlement', key.public, key.signing.kid))).toBe(
    'cose-audience',
  );
});

test('a reading is bounded, signed or not', async () => {
  const large = new Uint8Array(maxReadingBytes + 1).fill(0x20);
  expect(await refusalCode(() => parseReading(large))).toBe('too-large');
  expect(await refusalCode(() => readLegacyRecords(device, large, 0))).toBe('too-large');
});

test('a value has to fit a summary, to its thousandths', async () => {
  const read = (v: number) => readLegacyRecords(device, utf8(JSON.stringify([{ n: 'a', v }])), 0);
  expect(read(-maxAbsoluteValue)).toHaveLength(1);
  expect(Number.isSafeInteger(maxAbsoluteValue * 1000)).toBe(true);
  expect(await refusalCode(() => read(maxAbsoluteValue + 1))).toBe('reading-malformed');
  expect(await refusalCode(() => read(-1e300))).toBe('reading-malformed');
});

test('a legacy sensor may begin with a byte order mark, and no more than one', async () => {
  const pack = '[{"n":"temp","u":"Cel","v":4}]';
  const read = (json: string) => readLegacyRecords(device, utf8(json), 1);
  expect(read(`\ufeff${pack}`)).toEqual(read(pack));
  expect(await refusalCode(() => read(`\ufeff\ufeff${pack}`))).toBe('senml-malformed');
});

test('a legacy sensor names its streams as it likes, but no other device', async () => {
  const read = (json: string) => readLegacyRecords(device, utf8(json), 1_763_870_400_500);
  expect(read('[{"n":"temp","u":"Cel","v":4}]')).toMatchObject([{ stream: 'temp', timeMs: 1_763_870_400_500 }]);
  expect(read(`[{"n":"${device}:temp","v":4,"t":-1}]`)).toMatchObject([{ stream: 'temp', timeMs: 1_763_870_399_500 }]);
  expect(await refusalCode(() => read('[{"n":"urn:dev:os:32473-9:temp","v":4}]'))).toBe('senml-foreign-name');
});
