/** Codes of what can go wrong at the edge. Closed: a new way to fail gets a new name here. */
export type EdgeErrorCode =
  | 'config-malformed'
  | 'node-unknown'
  | 'packet-malformed'
  | 'gateway-unreachable'
  | 'gateway-refused'
  | 'gateway-answer-malformed'
  | 'gateway-key-revoked'
  | 'registry-older'
  | 'registry-absent'
  | 'seal-not-allowed'
  | 'clock-ahead'
  | 'migration-unknown';

/** An operation of the edge failed. `details` names the values at fault and never holds secrets. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError';
  readonly code: EdgeErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: EdgeErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/**
 * Whether a gateway has refused something in a way that the same request will meet again: every 4xx but those that ask to
 * come later, or name the place in the chain, about which the node can do something itself.
 */
export function isRefusal(error: unknown): error is EdgeError {
  if (!(error instanceof EdgeError) || error.code !== 'gateway-refused') return false;
  const { status, problem } = error.details;
  if (problem === 'statement-gap' || problem === 'statement-fork') return false;
  return typeof status === 'number' && status >= 400 && status < 500 && !comeAgain.has(status);
}

/** Request Timeout, Too Early, Too Many Requests (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4). */
const comeAgain: ReadonlySet<number> = new Set([408, 425, 429]);
