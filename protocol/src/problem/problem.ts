import { z } from 'zod';
import type { ProtocolErrorCode } from '../error.ts';
import type { RefusalCode } from '../ledger/refusal.ts';

/** Codes of HTTP problems that are neither the protocol's nor the ledger's. */
export const httpProblemCodes = [
  'not-found',
  'method-not-allowed',
  'unauthenticated',
  'forbidden',
  'bad-request',
  'conflict',
  'too-large',
  'uri-too-long',
  'rate-limited',
  'unsupported-media-type',
  'not-acceptable',
  'edge-full',
  'edge-diverged',
  'edge-not-enrolled',
  'edge-unreachable',
  'ledger-unavailable',
  'ledger-failed',
  'ledger-conflict',
  'commit-unknown',
  'projection-stale',
  'query-parameter',
  'query-too-large',
  'query-too-complex',
  'subscription-controls',
  'sheet-malformed',
  'sheet-incorrect',
  'import-incorrect',
  'outbox-full',
  'link-type-unavailable',
  'unknown-query',
  'gateway-unreachable',
  'internal',
] as const;
export type ProblemCode = (typeof httpProblemCodes)[number] | ProtocolErrorCode | RefusalCode;

/** Problem types are URNs below this one: they need no host that must live for ever. */
export const problemTypePrefix = 'urn:hopline:problem:';

export const problemMediaType = 'application/problem+json';

/** Problem details (RFC 9457 §3). `code` repeats the type's last part; further members say which values were at fault. */
export const problemSchema = z.looseObject({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  instance: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** Makes the body of a problem answer. */
export function problem(
  code: ProblemCode,
  status: number,
  title: string,
  members: Readonly<Record<string, unknown>> = {},
): Problem {
  return { ...members, type: `${problemTypePrefix}${code}`, code, title, status };
}
