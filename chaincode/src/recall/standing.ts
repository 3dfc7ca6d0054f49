import { ProtocolError } from '@hopline/protocol';
import { parseIdentifier } from '@hopline/protocol/gs1';
import { loadUpwards, outermost, unitOf } from '../provenance/units.ts';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';

/**
 * Refuses who has no say over suspect goods: one recalls what is one's own product, what one brought onto the ledger, or
 * what one holds some of. Custody is looked at last, since it moves: whoever owns the product never waits for a truck.
 */
export async function assertMayRecall(draft: Draft, item: string, mspId: string): Promise<void> {
  const gtin = gtinOf(item);
  const product = gtin === null ? null : await draft.load('product', gtin);
  if (product?.mspId === mspId) return;
  const known = await draft.load('item', item);
  if (known?.mspId === mspId) return;
  if (await holdsSome(draft, item, mspId)) return;
  throw new Refused('not-permitted', 'goods are recalled by who owns the product, made the lot, or holds some of it', {
    item,
    owner: product?.mspId ?? null,
    madeBy: known?.mspId ?? null,
    submitter: mspId,
  });
}

/** The GTIN in the identifier of a lot or item; `null` for anything else. */
export function gtinOf(item: string): string | null {
  try {
    const id = parseIdentifier(item);
    return 'gtin' in id ? id.gtin : null;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}

async function holdsSome(draft: Draft, item: string, mspId: string): Promise<boolean> {
  const holdings = await draft.loadRange('holding', item);
  if (holdings.some(({ custodian }) => custodian === mspId)) return true;
  for (const { unit } of await draft.loadRange('containment', item)) {
    await loadUpwards(draft, unit);
    if (outermost(draft, unitOf(draft, unit)).custodian === mspId) return true;
  }
  return false;
}
