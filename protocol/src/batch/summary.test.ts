import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../bytes.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import {
  type DeviceSummary,
  decodeSummary,
  encodeSummary,
  maxSummaryBytes,
  type SequenceRange,
  type Summary,
  summaryDigest,
  summaryIntervalMs,
} from './summary.ts';

const ascending = <T>(items: fc.Arbitrary<T>, by: (item: T) => number | string, maxLength: number) =>
  fc.uniqueArray(items, { maxLength, selector: by }).map((list) => list.sort((a, b) => (by(a) < by(b) ? -1 : 1)));

const figures = fc
  .tuple(
    fc.nat(10_000),
    fc.integer({ min: 1, max: 1e6 }),
    fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 3, maxLength: 3 }),
  )
  .map(([interval, count, values]) => {
    const [min = 0, mean = 0, max = 0] = values.map((value) => value + 0).sort((a, b) => a - b);
    return { startMs: interval * summaryIntervalMs, count, min, max, mean };
  });

const ranges: fc.Arbitrary<SequenceRange[]> = fc
  .tuple(
    fc.nat(1000),
    ascending(fc.nat(1e6), (n) => n, 6),
  )
  .map(([epoch, bounds]) =>
    Array.from({ length: bounds.length >> 1 }, (_, i) => ({
      epoch,
      first: bounds[2 * i] ?? 0,
      last: bounds[2 * i + 1] ?? 0,
    })),
  );

const device: fc.Arbitrary<DeviceSummary> = fc.record({
  device: fc.nat(10_000).map((n) => `urn:dev:os:32473-${n}`),
  assurance: fc.constantFrom('device-signed' as const, 'session-authenticated' as const),
  readings: fc.nat(1e6),
  ranges,
  streams: ascending(
    fc.record({
      stream: fc.string({ maxLength: 10 }),
      unit: fc.option(fc.constantFrom('Cel', '%RH')),
      intervals: ascending(figures, ({ startMs }) => startMs, 5),
    }),
    ({ stream }) => stream,
    4,
  ),
});

const summary: fc.Arbitrary<Summary> = fc.record({
  node: fc.constant('9521321000018/0'),
  sequence: fc.maxSafeNat(),
  devices: ascending(device, (one) => one.device, 5),
});

test('every summary comes back, and its digest is that of its bytes', async () => {
  await fc.assert(
    fc.asyncProperty(summary, async (value) => {
      const encoded = encodeSummary(value);
      expect(decodeSummary(encoded)).toEqual(value);
      expect(await summaryDigest(encoded)).toEqual(await sha256(encoded));
    }),
    seeded(),
  );
});

test('devices in another order are another form, which is refused', async () => {
  await fc.assert(
    fc.asyncProperty(summary, async (value) => {
      fc.pre(value.devices.length > 1);
      const turned = encodeSummary({ ...value, devices: [...value.devices].reverse() });
      expect(await refusalCode(() => decodeSummary(turned))).toBe('summary-malformed');
    }),
    seeded(50),
  );
});

test('a stream that changed its unit is told once for each, none first', async () => {
  const intervals = [{ startMs: 0, count: 1, min: 0, max: 0, mean: 0 }];
  const units = (...list: (string | null)[]) =>
    encodeSummary({
      node: '9521321000018/0',
      sequence: 0,
      devices: [
        {
          device: 'urn:dev:os:32473-1',
          assurance: 'device-signed',
          readings: 1,
          ranges: [],
          streams: list.map((unit) => ({ stream: 't', unit, intervals })),
        },
      ],
    });
  expect(decodeSummary(units(null, 'Cel', 'K')).devices[0]?.streams).toHaveLength(3);
  expect(await refusalCode(() => decodeSummary(units('Cel', 'Cel')))).toBe('summary-malformed');
  expect(await refusalCode(() => decodeSummary(units('Cel', null)))).toBe('summary-malformed');
});

test('a summary is bounded', async () => {
  expect(await refusalCode(() => decodeSummary(new Uint8Array(maxSummaryBytes + 1)))).toBe('too-large');
});
