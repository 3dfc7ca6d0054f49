import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { utf8 } from '../bytes.ts';
import { encodeCbor } from '../cbor.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { encodeSenmlCbor, encodeSenmlJson } from './encode.ts';
import { parseSenmlCbor, parseSenmlJson } from './parse.ts';
import { maxRecordsPerPack, resolvePack } from './resolve.ts';

const device = 'urn:dev:os:32473-1';
const nowMs = 1_763_870_400_000;
const code = (pack: Record<string, unknown>[], now: number | null = nowMs) => refusalCode(() => resolvePack(pack, now));

const record = fc.record(
  {
    n: fc.stringMatching(/^[a-z0-9]{1,8}$/),
    u: fc.constantFrom('Cel', '%RH', 'm/s2', 'lat'),
    t: fc.integer({ min: 300_000_000, max: 2_000_000_000 }),
    v: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((n) => n + 0),
    s: fc.integer({ min: -1000, max: 1000 }),
  },
  { requiredKeys: ['n', 'v', 't'] },
);

describe('resolving a pack', () => {
  test('a pack without base fields is its own resolution, through JSON and CBOR', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (pack) => {
        const expected = pack.map(({ n, u, t, v, s }) => ({
          name: n,
          unit: u ?? null,
          value: { kind: 'number', value: v },
          sum: s ?? null,
          timeMs: t * 1000,
        }));
        expect(resolvePack(pack, null)).toEqual(expected);
        expect(resolvePack(parseSenmlJson(encodeSenmlJson(pack)), null)).toEqual(expected);
        expect(resolvePack(parseSenmlCbor(encodeSenmlCbor(pack)), null)).toEqual(expected);
      }),
      seeded(),
    );
  });

  test('base fields hold until others come, and add to what records say', () => {
    const pack = [
      { bn: `${device}:`, bt: 1_700_000_000, bu: 'Cel', bv: 1, n: 'a', v: 0.5 },
      { n: 'b', t: 2.25 },
      { bn: 'x', bt: 1_700_000_100, bu: '%RH', bv: 0, n: 'c', v: 3 },
      { n: 'd', u: 'Cel', vs: 'text' },
    ];
    expect(resolvePack(pack, null)).toEqual([
      { name: `${device}:a`, unit: 'Cel', value: { kind: 'number', value: 1.5 }, sum: null, timeMs: 1_700_000_000_000 },
      { name: `${device}:b`, unit: 'Cel', value: { kind: 'number', value: 1 }, sum: null, timeMs: 1_700_000_002_250 },
      { name: 'xc', unit: '%RH', value: { kind: 'number', value: 3 }, sum: null, timeMs: 1_700_000_100_000 },
      { name: 'xd', unit: 'Cel', value: { kind: 'text', value: 'text' }, sum: null, timeMs: 1_700_000_100_000 },
    ]);
  });

  test('a record may hold a sum alone, and base fields alone hold nothing', () => {
    expect(resolvePack([{ bn: device, bs: 10 }, { s: 5 }], nowMs)).toEqual([
      { name: device, unit: null, value: { kind: 'sum' }, sum: 15, timeMs: nowMs },
    ]);
  });

  test('a pack is bounded', async () => {
    const records = (count: number) => Array.from({ length: count }, () => ({ n: 'a', v: 1 }));
    expect(resolvePack(records(maxRecordsPerPack), nowMs)).toHaveLength(maxRecordsPerPack);
    expect(await code(records(maxRecordsPerPack + 1))).toBe('too-large');
  });

  test('names are bounded, base name and name together', async () => {
    expect(await code([{ bn: 'a'.repeat(200), n: 'b'.repeat(56), v: 1 }])).toBeNull();
    expect(await code([{ bn: 'a'.repeat(200), n: 'b'.repeat(57), v: 1 }])).toBe('senml-malformed');
  });

  test('the refusal says which record was at fault', () => {
    expect(() =>
      resolvePack(
        [
          { n: 'a', v: 1 },
          { n: 'b', v: 1, u: 'degC' },
        ],
        nowMs,
      ),
    ).toThrow(expect.objectContaining({ code: 'senml-unit', details: { record: 1, unit: 'degC' } }));
  });

  test.each([
    ['a time that is a text', { n: 'a', v: 1, t: '1' }],
    ['a value that is null', { n: 'a', v: null }],
    ['a value that is infinite', { n: 'a', v: Number.POSITIVE_INFINITY }],
    ['a base name that is a number', { bn: 1, n: 'a', v: 1 }],
    ['vd that is a text', { n: 'a', vd: 'AA' }],
    ['vs and vb', { n: 'a', vs: '', vb: false }],
    ['a version of 0.5', { bver: 0.5, n: 'a', v: 1 }],
  ])('%s is malformed', async (_, record) => {
    expect(await code([record])).toBe('senml-malformed');
  });

  test.each([-1e12, -1e308, 1e308, 253_402_300_800])('a time of %s lies outside the calendar', async (t) => {
    expect(await code([{ n: 'a', v: 1, t }])).toBe('senml-malformed');
  });

  test('a signed reading needs absolute times: 2^28 is one, a second less is not', async () => {
    expect(await code([{ n: 'a', v: 1, t: 2 ** 28 }], null)).toBeNull();
    expect(await code([{ n: 'a', v: 1, t: 2 ** 28 - 1 }], null)).toBe('senml-relative-time');
  });
});

describe('parsing a pack', () => {
  test('integers beyond 2^53 in CBOR are numbers like others', () => {
    const pack = parseSenmlCbor(
      encodeCbor([
        new Map<number, string | bigint>([
          [0, 'a'],
          [2, 2n ** 60n],
        ]),
      ]),
    );
    expect(resolvePack(pack, nowMs)[0]?.value).toEqual({ kind: 'number', value: 2 ** 60 });
  });

  test('a label called __proto__ is a label like others, and one that must be understood', async () => {
    const [record = {}] = parseSenmlJson(utf8('[{"n":"a","v":1,"__proto__":{"u":"Cel"}}]'));
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
    expect(await code([record])).toBe('senml-malformed');
  });

  test('ill-formed UTF-8 is no JSON', async () => {
    expect(await refusalCode(() => parseSenmlJson(Uint8Array.of(0x5b, 0xff, 0x5d)))).toBe('senml-malformed');
  });
});
