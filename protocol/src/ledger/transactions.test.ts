import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from '../bytes.ts';
import { bytes } from '../testing/arbitraries.ts';
import { seeded } from '../testing/index.ts';
import { base64UrlSchema, maxStatementsPerTransaction, queries, transactions } from './transactions.ts';

test('whatever the schema takes as base64url, `fromBase64Url` takes too, and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.stringMatching(/^[A-Za-z0-9_=-]{0,9}$/), bytes(60).map(toBase64Url)), (text) => {
      let taken = true;
      try {
        fromBase64Url(text);
      } catch {
        taken = false;
      }
      expect(base64UrlSchema.safeParse(text).success).toBe(taken);
    }),
    seeded(500),
  );
});

test('a transaction of the largest statements passes the schema', () => {
  const statements = Array.from({ length: maxStatementsPerTransaction }, () => toBase64Url(new Uint8Array(32 * 1024)));
  const anchor = transactions['readings:AnchorStatements'];
  expect(anchor.safeParse({ statements }).success).toBe(true);
  expect(anchor.safeParse({ statements: [...statements, ''] }).success).toBe(false);
  expect(anchor.safeParse({ statements: [] }).success).toBe(false);
});

test('every transaction and query names its contract, and no name is both', () => {
  const names = [...Object.keys(transactions), ...Object.keys(queries)];
  for (const name of names) expect(name).toMatch(/^(registry|readings|provenance|recall):[A-Z][A-Za-z]+$/);
  expect(new Set(names).size).toBe(names.length);
});

test('no transaction takes a member that it does not know', () => {
  for (const schema of Object.values({ ...transactions, ...queries })) {
    const issues = schema.safeParse({ nobodyKnows: true }).error?.issues ?? [];
    expect(issues.some(({ code }) => code === 'unrecognized_keys')).toBe(true);
  }
});
