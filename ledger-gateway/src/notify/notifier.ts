import type { Clock } from '../clock.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { Notice, NoticeState } from './notice.ts';
import { changeState, isGone, type OwnWrite, putGone, putNotice, readStates } from './outbox.ts';
import { cancelled, retried } from './schedule.ts';
import type { SecretBox } from './secret-box.ts';

/** The outbox of notices to other parties, for those who have something to tell. */
export interface Notifier {
  /**
   * Puts a notice into the outbox, in the transaction of its cause (`Store.writeOwn`): it is there when the cause is, and a
   * crash after that loses neither. It is delivered at least once, with the same id each time. The same notice again
   * changes nothing.
   *
   * @throws GatewayError `bad-request`, `too-large`, `conflict` (another notice has the id), `outbox-full`
   */
  enqueue(write: OwnWrite, notice: Notice): Promise<void>;
  /** How a notice stands; `null` where it is not known (any more). */
  stateOf(on: Queryable, id: string): Promise<NoticeState | null>;
  statesOf(on: Queryable, ids: readonly string[]): Promise<Map<string, NoticeState>>;
  /** Whether the receiver at a URL has said (410) that it wants nothing any more. */
  isGone(on: Queryable, url: string): Promise<boolean>;
  /**
   * Begins the schedule of a failed or cancelled notice anew, and lets its URL be used again where it was gone. What waits or
   * was delivered stays as it is. `null` where there is no such notice.
   */
  retry(write: OwnWrite, id: string): Promise<NoticeState | null>;
  /** Ends a notice that waits; what has ended stays as it is. An attempt that is under way may still arrive. */
  cancel(write: OwnWrite, id: string): Promise<NoticeState | null>;
}

/**
 * @param wake tells the worker that there may be something to deliver
 */
export function createNotifier(store: Store, box: SecretBox, clock: Clock, wake: () => void): Notifier {
  // Own writes run one after the other: an empty one behind the caller's ends after that is committed and synced.
  const wakeAfterCommit = () => {
    void store.writeOwn(async () => undefined).then(wake, () => undefined);
  };
  return {
    async enqueue(write, notice) {
      await putNotice(write, box, notice, clock.now());
      wakeAfterCommit();
    },
    stateOf: async (on, id) => (await readStates(on, [id])).get(id) ?? null,
    statesOf: readStates,
    isGone,
    async retry(write, id) {
      const state = await changeState(write, id, (before) => retried(before, clock.now()));
      const [row] = await write.tx.query<{ url: string | null }>('select url from notices where id = $1', [id]);
      if (row?.url && (await isGone(write.tx, row.url))) await putGone(write, row.url, null);
      wakeAfterCommit();
      return state;
    },
    cancel: (write, id) => changeState(write, id, (before) => cancelled(before, clock.now())),
  };
}
