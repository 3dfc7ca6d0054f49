import { enrolmentCodeDigest, type Purpose, purposeSchema } from '@hopline/protocol';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from '../store/store.ts';
import type { Entropy } from './api-keys.ts';
import { newSecret } from './secret.ts';

const dayMs = 86_400_000;

/** Codes that are out at one time, neither used nor expired: a large fleet on its way into the registry. */
export const maxOpenCodes = 100_000;

export const newCodeSchema = z.strictObject({
  purpose: purposeSchema,
  subject: z.string().min(1).max(200),
  expiresInMs: z
    .int()
    .min(1000)
    .max(30 * dayMs)
    .default(dayMs),
});

interface CodeRow extends Record<string, unknown> {
  readonly purpose: string;
  readonly subject: string;
  readonly expires_ms: number;
  readonly used_ms: number | null;
}

/**
 * Gives out a one-time code for one subject. The code binds a proof of possession to this organisation's wish.
 * @throws GatewayError `conflict` where `maxOpen` are out already
 */
export async function createEnrolmentCode(
  store: Store,
  { purpose, subject, expiresInMs }: z.output<typeof newCodeSchema>,
  { nowMs, randomBytes }: Entropy,
  maxOpen: number = maxOpenCodes,
): Promise<{ code: string; expiresMs: number }> {
  const code = newSecret('hc_', randomBytes);
  const digest = await enrolmentCodeDigest(code);
  const expiresMs = nowMs + expiresInMs;
  await store.writeOwn(async (tx, put) => {
    const [open] = await tx.query<{ n: number }>(
      'select count(*) as n from enrolment_codes where used_ms is null and expires_ms > $1',
      [nowMs],
    );
    if ((open?.n ?? 0) >= maxOpen) {
      throw new GatewayError('conflict', `there are ${maxOpen} one-time codes out already`, { maxOpenCodes: maxOpen });
    }
    await put({
      table: 'enrolment_codes',
      row: { digest, purpose, subject, created_ms: nowMs, expires_ms: expiresMs, used_ms: null },
    });
  });
  return { code, expiresMs };
}

/** Checks that a code was given out here for this, and is neither expired nor used. Throws `forbidden` otherwise. */
export async function checkEnrolmentCode(
  store: Store,
  { digest, purpose, subject }: { digest: string; purpose: Purpose; subject: string },
  nowMs: number,
): Promise<void> {
  const [row] = await store.query<CodeRow>('select * from enrolment_codes where digest = $1', [digest]);
  if (!row || row.purpose !== purpose || row.subject !== subject) {
    throw new GatewayError('forbidden', 'the one-time code was not given out for this', { purpose, subject });
  }
  if (row.used_ms !== null)
    throw new GatewayError('enrolment-code-used', 'the one-time code has been used', { subject });
  if (row.expires_ms <= nowMs) {
    throw new GatewayError('forbidden', 'the one-time code has expired', { subject, expiredMs: row.expires_ms });
  }
}

/** Uses a code up. The ledger refuses a second use as well; this makes the refusal come earlier. */
export async function useEnrolmentCode(store: Store, digest: string, nowMs: number): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    const [row] = await tx.query('select * from enrolment_codes where digest = $1', [digest]);
    if (row) await put({ table: 'enrolment_codes', row: { ...row, used_ms: nowMs } });
  });
}
