/** Everything that the simulator refuses or gives up on. Closed: a new way to fail gets a new name here. */
export type SimErrorCode =
  | 'bad-argument'
  | 'bad-file'
  | 'bad-plan'
  | 'csv-malformed'
  | 'connection-failed'
  | 'outbox-full'
  | 'store-locked'
  | 'store-corrupt'
  | 'gateway-refused'
  | 'gateway-unreachable'
  | 'stopped'
  | 'timed-out';

/** A failure with its code and the values at fault, fit to be shown to whoever runs the simulator. */
export class SimError extends Error {
  override readonly name = 'SimError';
  readonly code: SimErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: SimErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
