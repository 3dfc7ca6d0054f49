import type { Queryable } from '../store/database.ts';
import { type Alert, alertsAfter } from './alerts.ts';
import { type Batch, batchesOfBlocks } from './batches.ts';

export const maxFeedEntries = 500;

/** How far a listener has read: the last block and the last alert. Its text is the id of a server-sent event. */
export interface FeedCursor {
  readonly block: number;
  readonly alert: number;
}

export type FeedEntry =
  | { readonly kind: 'block'; readonly id: string; readonly data: FeedBlock }
  | { readonly kind: 'alert'; readonly id: string; readonly data: Alert };

export interface FeedBlock {
  readonly block: number;
  readonly timeMs: number;
  readonly transactions: number;
  readonly valid: number;
  readonly batches: readonly Batch[];
  readonly events: readonly {
    readonly event: string;
    readonly type: string;
    readonly bizStep: string | null;
    readonly place: string | null;
    readonly timeMs: number;
    readonly outcome: string;
  }[];
  /** Steps of recalls. */
  readonly recalls: readonly { readonly recallId: string; readonly step: string; readonly mspId: string }[];
}

export function formatCursor({ block, alert }: FeedCursor): string {
  return `${block}.${alert}`;
}

/** Reads a cursor; `null` for anything else, and the listener begins with what comes next. */
export function parseCursor(text: string | undefined): FeedCursor | null {
  const match = /^(-1|\d{1,15})\.(\d{1,15})$/.exec(text ?? '');
  return match ? { block: Number(match[1]), alert: Number(match[2]) } : null;
}

/** Where the feed ends now. */
export async function feedEnd(on: Queryable): Promise<FeedCursor> {
  const [row] = await on.query<{ block: number | null; alert: number | null }>(
    'select (select max(number) from blocks) as block, (select max(seq) from alerts) as alert',
  );
  return { block: row?.block ?? -1, alert: row?.alert ?? 0 };
}

/**
 * What came after a cursor, out of the tables: nothing has to be kept for listeners, and one that was away for long
 * misses nothing. At most `maxFeedEntries` of each kind; ask again from the last id.
 */
export async function feedAfter(on: Queryable, cursor: FeedCursor): Promise<FeedEntry[]> {
  const blocks = await on.query<{ number: number; time_ms: number; transactions: number; valid: number }>(
    'select number, time_ms, transactions, valid from blocks where number > $1 order by number limit $2',
    [cursor.block, maxFeedEntries],
  );
  const last = blocks.at(-1)?.number ?? cursor.block;
  const batches = await batchesOfBlocks(on, cursor.block, last);
  const events = await on.query<{
    block: number;
    event: string;
    type: string;
    biz_step: string | null;
    place: string | null;
    time_ms: number;
    outcome: string;
  }>(
    `select block, event, type, biz_step, place, time_ms, outcome from events where block > $1 and block <= $2
     order by block, tx_position, position`,
    [cursor.block, last],
  );
  const recalls = await on.query<{ block: number; recall_id: string; step: string; msp_id: string }>(
    `select block, attributes[1] as recall_id, record -> 'act' ->> 'step' as step, record ->> 'mspId' as msp_id
     from state where kind = 'recall-step' and block > $1 and block <= $2 order by block, key`,
    [cursor.block, last],
  );
  const alerts = await alertsAfter(on, cursor.alert, maxFeedEntries);
  return [
    ...alerts.map(
      (alert): FeedEntry => ({
        kind: 'alert',
        id: formatCursor({ block: cursor.block, alert: alert.seq }),
        data: alert,
      }),
    ),
    ...blocks.map(
      (block): FeedEntry => ({
        kind: 'block',
        id: formatCursor({ block: block.number, alert: alerts.at(-1)?.seq ?? cursor.alert }),
        data: {
          block: block.number,
          timeMs: block.time_ms,
          transactions: block.transactions,
          valid: block.valid,
          batches: batches.filter((batch) => batch.block === block.number),
          events: events
            .filter((event) => event.block === block.number)
            .map(({ event, type, biz_step, place, time_ms, outcome }) => ({
              event,
              type,
              bizStep: biz_step,
              place,
              timeMs: time_ms,
              outcome,
            })),
          recalls: recalls
            .filter((recall) => recall.block === block.number)
            .map(({ recall_id, step, msp_id }) => ({ recallId: recall_id, step, mspId: msp_id })),
        },
      }),
    ),
  ];
}
