import { maxRecallLots, type RecallRecord, type ScopeLine } from '@hopline/protocol';
import { canonicalLink, parseIdentifier } from '@hopline/protocol/gs1';
import { maxIdentifierLength } from '../provenance/identifiers.ts';
import { loadLots, withItsLot } from '../provenance/lot-of-item.ts';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { assertMayRecall, gtinOf } from './standing.ts';

/**
 * Takes lots into a recall's scope and puts them on hold. Suspect goods have to be the opener's to recall. All others name
 * the transformation that made them out of goods that are in the scope by then, and the ledger's own record of it has to
 * say the same: so a recall reaches strangers' goods where lineage leads, and nowhere else.
 *
 * Of a recall that never had a lot the ledger is not asked, line by line, which ones it has.
 *
 * @returns the recall with its counts brought up to date. Lines that are in the scope already change nothing.
 */
export async function widen(
  draft: Draft,
  recall: RecallRecord,
  lines: readonly ScopeLine[],
  timeMs: number,
): Promise<RecallRecord> {
  const { recallId, mspId, version } = recall;
  let { lots, lotsEver } = recall;
  const gtins = new Set(recall.gtins);
  const isNew = lotsEver === 0;
  const taken = new Set<string>();
  for (const { item, via } of lines) {
    assertItem(item);
    if (taken.has(item)) continue;
    taken.add(item);
    const known = isNew ? null : await draft.load('recall-scope', recallId, item);
    if (known?.toVersion === null) continue;
    if (via === null) await assertMayRecall(draft, item, mspId);
    else await assertMadeOfScope(draft, recallId, item, via);
    draft.put('recall-scope', [recallId, item], {
      schema: 1,
      recallId,
      item,
      via,
      fromVersion: version,
      toVersion: null,
    });
    putHold(draft, recall, item, timeMs);
    lots++;
    if (!known) lotsEver++;
    const gtin = gtinOf(item);
    if (gtin !== null) gtins.add(gtin);
  }
  if (lotsEver > maxRecallLots) {
    throw new Refused('too-large', `a recall has at most ${maxRecallLots} lots`, { recallId, lots: lotsEver });
  }
  return { ...recall, lots, lotsEver, gtins: [...gtins].sort() };
}

/** Lets lots out of the scope, and off hold. Refuses `recall-scope` for one that is not in it. */
export async function narrow(draft: Draft, recall: RecallRecord, items: readonly string[]): Promise<RecallRecord> {
  const { recallId, version } = recall;
  for (const item of items) {
    assertItem(item);
    const known = await draft.load('recall-scope', recallId, item);
    if (!known || known.toVersion !== null) {
      throw new Refused('recall-scope', 'the item is not in the scope', { recallId, item });
    }
    draft.put('recall-scope', [recallId, item], { ...known, toVersion: version });
    draft.remove('hold', [item, recallId]);
  }
  return { ...recall, lots: recall.lots - items.length };
}

/** Writes the hold without reading anything, so that it waits for nobody. */
export function putHold(
  draft: Draft,
  { recallId, mspId, kind, returnTo }: RecallRecord,
  item: string,
  timeMs: number,
): void {
  draft.put('hold', [item, recallId], {
    schema: 1,
    item,
    recallId,
    mspId,
    kind,
    enforced: kind !== 'mock',
    returnTo,
    sinceMs: timeMs,
  });
}

/** Items in the scope now. */
export async function scopeOf(draft: Draft, recallId: string): Promise<string[]> {
  const lines = await draft.loadRange('recall-scope', recallId);
  return lines.flatMap(({ item, toVersion }) => (toVersion === null ? item : []));
}

async function assertMadeOfScope(draft: Draft, recallId: string, item: string, via: string): Promise<void> {
  assertText(via);
  const transformation = await draft.load('transformation', via);
  if (transformation?.outputs.some((line) => line.item === item)) {
    for (const input of transformation.inputs) {
      await loadLots(draft, [input.item]);
      for (const inScope of withItsLot(draft, input.item)) {
        const line = await draft.load('recall-scope', recallId, inScope);
        if (line?.toVersion === null) return;
      }
    }
  }
  throw new Refused('recall-scope', 'the item was not made there out of goods of the scope', { item, via });
}

/** A hold under another spelling of an identifier would hold nothing. */
function assertItem(item: string): void {
  assertText(item);
  if (gtinOf(item) === null || canonicalLink(parseIdentifier(item)) === item) return;
  throw new Refused('argument-malformed', 'the identifier is not in its canonical form', {
    item,
    canonical: canonicalLink(parseIdentifier(item)),
  });
}

function assertText(text: string): void {
  if (text.length <= maxIdentifierLength && !/[\p{Cc}\u{10FFFF}]/u.test(text)) return;
  throw new Refused('argument-malformed', 'an identifier holds control characters', { identifier: text });
}
