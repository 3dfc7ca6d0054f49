import { canonicalLink } from '@hopline/protocol/gs1';
import { levelsOf, type Resolvable } from '@hopline/protocol/resolver';
import { openEndMs } from '../projection/rows.ts';
import { type RecallStatus, recallStatus } from '../recall/recall-status.ts';
import type { Queryable } from '../store/database.ts';
import { resolverLimits } from './limits.ts';
import { withLot } from './read-levels.ts';

/** How a thing stands, and of what that is said: itself, its lot, or what is in it. */
export interface FoundRecalls extends RecallStatus {
  readonly of: readonly string[];
}

/**
 * Whether a lot, item or unit is recalled: by itself, by the lot that it is of, or by what is in it now. An open recall
 * of one of them is one of the whole.
 */
export async function readRecalls(on: Queryable, identifier: Resolvable): Promise<FoundRecalls> {
  const items = levelsOf(await withLot(on, identifier))
    .filter(({ kind }) => kind !== 'gtin')
    .map(canonicalLink);
  if (identifier.kind === 'sscc') items.push(...(await recalledContents(on, canonicalLink(identifier))));
  const found = new Map<string, RecallStatus['recalls'][number]>();
  const of: string[] = [];
  const statuses = new Set<RecallStatus['status']>();
  for (const item of items) {
    const each = await recallStatus(on, item);
    if (each.status === 'none') continue;
    of.push(item);
    statuses.add(each.status);
    for (const recall of each.recalls) {
      const before = found.get(recall.recallId);
      found.set(recall.recallId, { ...recall, onHold: recall.onHold || before?.onHold === true });
    }
  }
  const status = statuses.has('open') ? 'open' : statuses.has('closed') ? 'closed' : 'none';
  return { status, of, recalls: [...found.values()].sort((a, b) => b.openedAtMs - a.openedAtMs) };
}

/** What is in a unit now, at any depth, and named by a recall, itself or with its lot. */
async function recalledContents(on: Queryable, unit: string): Promise<string[]> {
  const rows = await on.query<{ subject: string }>(
    `with recursive inside (subject) as (
       select subject from presences where where_id = $1 and at = 'unit' and to_ms = $2
       union
       select p.subject from inside i join presences p on p.where_id = i.subject and p.at = 'unit' and p.to_ms = $2
     )
     select distinct s.item as subject from (select subject from inside limit $3) i
     left join state l on l.kind = 'item' and l.key = i.subject
     join recall_scope s on s.item in (i.subject, l.record ->> 'lot') order by subject`,
    [unit, openEndMs, resolverLimits.maxContents],
  );
  return rows.map(({ subject }) => subject);
}
