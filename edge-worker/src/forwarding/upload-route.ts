/** Where uploads go and why; kept on disk, so that a restart does not begin to wait anew. */
export interface UploadRoute {
  /** Failures of the own organisation's gateway in a row. */
  readonly ownFailures: number;
  /** Since when it fails; `null` while it does not. */
  readonly failingSinceMs: number | null;
  /** When it was tried last. */
  readonly ownTriedMs: number;
  /** Which of the others is next; it only grows, and is taken modulo their number. */
  readonly next: number;
  /** MSP id of the gateway that took the last statements. */
  readonly lastBy: string | null;
}

export interface RouteLimits {
  readonly uploadFallbackMs: number;
  readonly ownGatewayRetryMs: number;
}

export const firstRoute: UploadRoute = {
  ownFailures: 0,
  failingSinceMs: null,
  ownTriedMs: 0,
  next: 0,
  lastBy: null,
};

/**
 * Which gateway the next upload goes to: the own organisation's while it has not failed for `uploadFallbackMs`, and again
 * every `ownGatewayRetryMs`; else the index of one of the `others`.
 */
export function chooseGateway(
  route: UploadRoute,
  others: number,
  nowMs: number,
  { uploadFallbackMs, ownGatewayRetryMs }: RouteLimits,
): 'own' | number {
  const { failingSinceMs, ownTriedMs, next } = route;
  if (others === 0 || failingSinceMs === null || nowMs - failingSinceMs < uploadFallbackMs) return 'own';
  // A clock that was set back must not keep the own one out.
  if (nowMs - ownTriedMs >= ownGatewayRetryMs || nowMs < ownTriedMs) return 'own';
  return next % others;
}

/** The route after an upload was taken. */
export function afterSuccess(route: UploadRoute, tried: 'own' | number, by: string, nowMs: number): UploadRoute {
  if (tried !== 'own') return { ...route, lastBy: by };
  return { ...route, ownFailures: 0, failingSinceMs: null, ownTriedMs: nowMs, lastBy: by };
}

/** The route after an upload was not taken, for whatever reason: another gateway may see it otherwise. */
export function afterFailure(route: UploadRoute, tried: 'own' | number, triedMs: number): UploadRoute {
  if (tried !== 'own') return { ...route, next: route.next + 1 };
  const { ownFailures, failingSinceMs } = route;
  return {
    ...route,
    ownFailures: ownFailures + 1,
    failingSinceMs: failingSinceMs ?? triedMs,
    ownTriedMs: triedMs,
  };
}
