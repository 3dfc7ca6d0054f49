import type { ProblemCode } from '@hopline/protocol';

/**
 * Something that the gateway refuses or can't do now. `code` is the protocol's closed set; the HTTP status follows from
 * it in one place (`http/problem-status.ts`). `details` are fit to be shown to whoever asked; causes are not.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ProblemCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** How long the asker should wait before trying again; absent where trying again is of no use. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** `value`, or a `not-found` problem that says what is missing. */
export function found<T>(value: T | null | undefined, what: string, details: Record<string, unknown> = {}): T {
  if (value === null || value === undefined) throw new GatewayError('not-found', `${what} is not known here`, details);
  return value;
}
