import * as z from 'zod/mini';

/** The members of a problem (RFC 9457, section 3) that the pages look at; `code` is the last part of its type. */
const problemSchema = z.object({
  code: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.optional(z.string()),
  /** What whoever asked can do, where the gateway says it. */
  advice: z.optional(z.string()),
});
export type Problem = z.infer<typeof problemSchema>;

/**
 * Why there is no answer: the gateway gave a problem (RFC 9457), could not be reached, or answered in a form that
 * these pages do not know.
 */
export type ApiErrorKind = 'problem' | 'unreachable' | 'malformed';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  readonly problem: Problem | null;

  constructor(kind: ApiErrorKind, message: string, options: { problem?: Problem; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.problem = options.problem ?? null;
  }
}

/** The error that an answer of 400 and above is. */
export function problemError(status: number, body: unknown): ApiError {
  const parsed = problemSchema.safeParse(body);
  if (!parsed.success) return new ApiError('malformed', `The gateway answered with status ${status}`);
  return new ApiError('problem', parsed.data.title, { problem: parsed.data });
}

/** Whether the same question may be answered later: the gateway is away, busy, or has trouble of its own. */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.kind !== 'problem') return error.kind === 'unreachable';
  return error.problem !== null && (error.problem.status === 429 || error.problem.status >= 500);
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.problem?.code === code;
}
