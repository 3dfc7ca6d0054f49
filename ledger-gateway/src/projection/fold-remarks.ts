import type { RowOf } from './rows.ts';

/** Flags that are no more than how goods usually come onto the ledger. */
const usual: ReadonlySet<string> = new Set(['declared-origin']);

/**
 * What there is to say of a block's events to whoever traces one of their items: flags, outcomes that changed nothing
 * though they speak of it, and the step of business where it is missing.
 */
export function foldRemarks(
  events: readonly RemarkedEvent[],
  items: readonly {
    readonly event: string | null;
    readonly declaration: string | null;
    readonly item: string | null;
  }[],
  things: ReadonlyMap<string, number>,
): RowOf<'remarks'>[] {
  const mentioned = Map.groupBy(items, ({ event, declaration }) => `${event} ${declaration}`);
  return events.flatMap((event) => {
    const remarks = remarksOf(event);
    if (remarks.length === 0) return [];
    const subjects = new Set((mentioned.get(`${event.event} ${event.declaration}`) ?? []).map(({ item }) => item));
    return [...subjects].flatMap((item) => {
      const subject = things.get(item ?? '');
      return subject === undefined ? [] : remarks.map((remark) => ({ subject, seq: event.seq, remark }));
    });
  });
}

/** An event's row with its number, and what of it is looked at here. */
export type RemarkedEvent = RowOf<'events'> & { readonly seq: number };

function remarksOf({ outcome, flags, biz_step, type }: RemarkedEvent): string[] {
  const flagged = (flags as readonly string[]).filter((flag) => !usual.has(flag));
  const remarks = new Set(flagged);
  if (outcome === 'conflict') remarks.add('event-id-conflict');
  if (outcome === 'declared-error') remarks.add('error-declaration');
  if (outcome === 'applied' && biz_step === null && type !== 'AssociationEvent') remarks.add('no-biz-step');
  return [...remarks];
}
