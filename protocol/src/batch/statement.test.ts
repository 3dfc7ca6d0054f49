import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../bytes.ts';
import { bytes } from '../testing/arbitraries.ts';
import { refusalCode, seeded } from '../testing/index.ts';
import { testKeys } from '../testing/keys.ts';
import {
  type Excursion,
  maxExcursionsPerStatement,
  maxReadingsPerBatch,
  maxStatementBytes,
  noPrevious,
  parseStatement,
  type Statement,
  signStatement,
  statementDigest,
  verifyStatement,
} from './statement.ts';

const { edgeNode: key, stranger } = testKeys;
const channel = 'provenance';
const time = fc.nat(2 ** 52);

const excursion: fc.Arbitrary<Excursion> = fc
  .tuple(time, time, fc.maxSafeInteger(), fc.string({ maxLength: 30 }))
  .map(([a, b, peak, stream]) => ({
    device: 'urn:dev:os:32473-000123',
    stream,
    rule: 'chilled',
    fromMs: Math.min(a, b),
    toMs: Math.max(a, b),
    peak: peak + 0,
  }));

const statement: fc.Arbitrary<Statement> = fc
  .record({
    node: fc.nat(999).map((n) => `9521321000018/${n}`),
    sequence: fc.maxSafeNat(),
    previous: bytes(32, 32),
    registryVersion: fc.maxSafeNat(),
    size: fc.nat(maxReadingsPerBatch),
    root: bytes(32, 32),
    times: fc.tuple(time, time, time).map((times) => times.sort((a, b) => a - b)),
    summaryDigest: bytes(32, 32),
    excursions: fc.array(excursion, { maxLength: 10 }),
  })
  .map(({ times: [fromMs = 0, toMs = 0, sealedAtMs = 0], ...rest }) => ({ ...rest, fromMs, toMs, sealedAtMs }));

const [sample] = fc.sample(statement, { seed: 1, numRuns: 1 }) as [Statement];

test('every statement comes back, with the digest of its complete bytes', async () => {
  await fc.assert(
    fc.asyncProperty(statement, async (value) => {
      const signed = await signStatement(key.signing, channel, value);
      const parsed = await parseStatement(signed);
      await verifyStatement(parsed, channel, key.public, key.signing.kid);
      expect(parsed.statement).toEqual(value);
      expect(parsed.digest).toEqual(await sha256(signed));
      expect(await statementDigest(signed)).toEqual(parsed.digest);
    }),
    seeded(),
  );
});

test('sealing again after a crash gives the same bytes', async () => {
  expect(await signStatement(key.signing, channel, sample)).toEqual(await signStatement(key.signing, channel, sample));
});

test('a statement keeps its bytes when the caller’s buffer changes', async () => {
  const given = await signStatement(key.signing, channel, sample);
  const parsed = await parseStatement(given);
  given.fill(0);
  expect(parsed.digest).toEqual(await sha256(parsed.bytes));
  await verifyStatement(parsed, channel, key.public, key.signing.kid);
});

test('another node’s key and another channel are refused', async () => {
  const parsed = await parseStatement(await signStatement(key.signing, channel, sample));
  expect(await refusalCode(() => verifyStatement(parsed, channel, stranger.public, stranger.signing.kid))).toBe(
    'signature-invalid',
  );
  expect(await refusalCode(() => verifyStatement(parsed, 'settlement', key.public, key.signing.kid))).toBe(
    'cose-audience',
  );
});

test('any changed bit is refused, by parsing or by verifying', async () => {
  const signed = await signStatement(key.signing, channel, sample);
  await fc.assert(
    fc.asyncProperty(fc.nat(8 * signed.length - 1), async (bit) => {
      const changed = signed.slice();
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const code = await refusalCode(async () =>
        verifyStatement(await parseStatement(changed), channel, key.public, key.signing.kid),
      );
      expect(code).not.toBeNull();
    }),
    seeded(300),
  );
});

test.each<[string, Partial<Statement>, string]>([
  ['too many readings', { size: maxReadingsPerBatch + 1 }, 'statement-malformed'],
  ['from after to', { fromMs: 2, toMs: 1, sealedAtMs: 3 }, 'statement-malformed'],
  ['to after the sealing', { fromMs: 1, toMs: 3, sealedAtMs: 2 }, 'statement-malformed'],
  ['a short root', { root: new Uint8Array(31) }, 'statement-malformed'],
  ['a long digest', { previous: new Uint8Array(33) }, 'statement-malformed'],
  ['a negative sequence', { sequence: -1 }, 'statement-malformed'],
  ['a malformed node', { node: '1/0' }, 'node-id-malformed'],
])('%s: %s', async (_, change, code) => {
  const signed = await signStatement(key.signing, channel, { ...sample, ...change });
  expect(await refusalCode(() => parseStatement(signed))).toBe(code);
});

test('excursions and bytes are bounded', async () => {
  const one: Excursion = { device: 'urn:dev:os:32473-1', stream: 't', rule: 'r', fromMs: 0, toMs: 0, peak: 0 };
  const withExcursions = (excursions: Excursion[]) =>
    signStatement(key.signing, channel, { ...sample, previous: noPrevious, excursions });
  const many = (count: number) => Array.from({ length: count }, () => one);
  expect(
    (await parseStatement(await withExcursions(many(maxExcursionsPerStatement)))).statement.excursions,
  ).toHaveLength(maxExcursionsPerStatement);
  expect(await refusalCode(async () => parseStatement(await withExcursions(many(maxExcursionsPerStatement + 1))))).toBe(
    'too-large',
  );
  const long = await withExcursions([{ ...one, stream: 'x'.repeat(maxStatementBytes) }]);
  expect(await refusalCode(() => parseStatement(long))).toBe('too-large');
});
