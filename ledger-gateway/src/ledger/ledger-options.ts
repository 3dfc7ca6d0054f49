import { z } from 'zod';

const filePath = z.string().min(1);

const signingIdentitySchema = z.object({ certFile: filePath, keyFile: filePath });

/**
 * How to reach a ledger as one organisation: its part of a connection profile, whichever ledger wrote it. File paths are
 * absolute or relative to the working directory.
 */
export const ledgerOptionsSchema = z.object({
  channel: z.string().min(1),
  chaincode: z.string().min(1),
  peer: z.object({
    /** gRPC target, `host:port`. */
    address: z.string().regex(/^.+:\d{1,5}$/, 'host:port'),
    /** `null` means plaintext, which only a loopback address should use. */
    tls: z.object({ rootCertFile: filePath, hostOverride: z.string().min(1).nullable() }).nullable(),
  }),
  /** X.509 certificate and ECDSA key of the client, PEM. */
  identity: signingIdentitySchema,
});
export type LedgerOptions = z.infer<typeof ledgerOptionsSchema>;

/** Waits and retries of one submission. Each wait is bounded, so a call never hangs on a ledger that is away. */
export const submitLimits = {
  endorseTimeoutMs: 15_000,
  /** For those that write thousands of keys: two endorsements after each other, of the 30 s that a peer gives a chaincode. */
  largeEndorseTimeoutMs: 60_000,
  submitTimeoutMs: 10_000,
  commitStatusTimeoutMs: 30_000,
  evaluateTimeoutMs: 10_000,
  /** Attempts with the same transaction id, for each of endorse, submit and commit status. */
  maxAttemptsPerStep: 4,
  /** New transactions after a conflict with another one (MVCC). */
  maxConflictRetries: 6,
  firstBackoffMs: 100,
  maxBackoffMs: 3_000,
  /** What a client is told to wait when the ledger has too much to do or is away. */
  retryAfterMs: 2_000,
} as const;
export type SubmitLimits = { readonly [K in keyof typeof submitLimits]: number };
