/** How long to wait before the next try: doubles from `firstMs` to `mostMs`, with a random share taken off. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
}

export const defaultBackoff: BackoffOptions = { firstMs: 500, mostMs: 30_000 };

/**
 * Wait before try number `attempt` (0, 1, …). The random half keeps a fleet that lost its broker together from coming
 * back together. `uniform` is in [0, 1).
 */
export function backoffMs({ firstMs, mostMs }: BackoffOptions, attempt: number, uniform: number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.ceil(full * (1 - uniform / 2));
}
