import type { AsOf } from '../query/freshness.ts';

/** Header by which answers without room for it, redirects and linksets, say as of when they speak. */
export const asOfHeader = 'hopline-as-of';

/** The header's value: a dictionary of structured fields (RFC 9651 §3.2), `stale` a boolean. */
export function formatAsOf({ asOf, stale }: AsOf): string {
  const { height, ledgerHeight, lagMs } = asOf;
  return `height=${height}, ledger-height=${ledgerHeight}, lag-ms=${lagMs}, stale=?${stale ? 1 : 0}`;
}
