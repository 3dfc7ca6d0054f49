import type { Clock } from '../clock.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { Notice, NoticeState } from './notice.ts';
import { isGone, type OwnWrite, putNotice, readStates } from './outbox.ts';
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
}

/**
 * @param wake tells the worker that there may be something to deliver
 */
export function createNotifier(store: Store, box: SecretBox, clock: Clock, wake: () => void): Notifier {
  return {
    async enqueue(write, notice) {
      await putNotice(write, box, notice, clock.now());
      // Own writes run one after the other: an empty one behind the caller's ends after that is committed and synced.
      void store.writeOwn(async () => undefined).then(wake, () => undefined);
    },
    stateOf: async (on, id) => (await readStates(on, [id])).get(id) ?? null,
    statesOf: readStates,
    isGone,
  };
}
