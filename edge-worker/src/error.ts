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
