import type { FindResult } from '../api/find.ts';
import { lotPath, unitPath } from '../route.ts';

/** Where a result leads; `null` for what has no page, as a product, whose lots are results of their own. */
export function pathOf({ kind, gtin, lot, sscc, gln }: FindResult): string | null {
  if (gtin !== null && lot !== null) return lotPath(gtin, lot);
  if (sscc !== null) return unitPath(sscc);
  if (kind === 'site' && gln !== null) return `/#site-${gln}`;
  return null;
}
