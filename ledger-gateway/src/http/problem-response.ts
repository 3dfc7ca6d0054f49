import { type ProblemCode, ProtocolError, problem, problemMediaType } from '@hopline/protocol';
import type { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { statusOf } from './problem-status.ts';

const defaultRetryAfterMs = 2_000;

/** Makes the answer to a failed request: problem details (RFC 9457). Nothing internal is in it. */
export function problemResponse(error: unknown): Response {
  const known = describeProblem(error);
  const status = statusOf(known.code);
  const body = problem(known.code, status, known.title, known.details);
  const headers = new Headers({ 'content-type': problemMediaType, 'cache-control': 'no-store' });
  if (status === 429 || status === 503) {
    headers.set('retry-after', String(Math.max(1, Math.ceil((known.retryAfterMs ?? defaultRetryAfterMs) / 1000))));
  }
  // RFC 9110, section 15.5.6: a 405 says what the address takes.
  if (status === 405) headers.set('allow', String(known.details.allow ?? '').replaceAll(',', ', '));
  if (status === 401) headers.set('www-authenticate', 'Bearer');
  return new Response(JSON.stringify(body), { status, headers });
}

/** Whether an error is ours to be sorry for: those are logged with their cause. */
export function isInternal(error: unknown): boolean {
  return describeProblem(error).code === 'internal';
}

export interface Described {
  readonly code: ProblemCode;
  readonly title: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterMs?: number | undefined;
}

/** What a problem answer says of an error; `internal` of anything that is not meant to be shown. */
export function describeProblem(error: unknown): Described {
  if (error instanceof GatewayError) {
    return { code: error.code, title: error.message, details: error.details, retryAfterMs: error.retryAfterMs };
  }
  if (error instanceof ProtocolError) return { code: error.code, title: error.message, details: error.details };
  if (error instanceof BodyError) {
    return {
      code: 'bad-request',
      title: 'the request is not of its form',
      details: { issues: error.issues.map(({ path, message }) => ({ at: path.join('.'), message })) },
    };
  }
  if (isUnstorableText(error)) {
    return { code: 'bad-request', title: 'a text holds a character that can not be stored', details: {} };
  }
  return { code: 'internal', title: 'something went wrong here', details: {} };
}

/** PostgreSQL's `character_not_in_repertoire`: its texts can't hold U+0000, which a request can. */
function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === '22021';
}

/** A request's body, path or query that is not what the route's schema says. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly issues: readonly z.core.$ZodIssue[];

  constructor(error: z.ZodError) {
    super('the request is not of its form', { cause: error });
    this.issues = error.issues;
  }
}

/** Parses what came in a request. Throws BodyError. */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BodyError(parsed.error);
}
