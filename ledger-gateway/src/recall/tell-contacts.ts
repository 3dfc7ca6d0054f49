import type { RecallRecord } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { SecretBox } from '../notify/secret-box.ts';
import type { Store } from '../store/store.ts';
import { openChannel, readContacts, type StoredContact } from './contacts.ts';
import { recallLimits } from './limits.ts';
import { composeNotice, noticeId, type Occasion } from './notices.ts';
import { scopeSteps, startOfVersion, stepsOf } from './recall-steps.ts';

export interface Telling {
  readonly mspId: string;
  readonly store: Store;
  readonly notifier: Notifier;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly publicUrl: () => string;
  readonly recall: RecallRecord;
  /** MSP ids, and GLNs of outside parties, whose contacts are to be told by this gateway. */
  readonly parties: readonly string[];
}

/** How long there is nothing to do, and which parties have been reached by a notice of this version. */
export interface Told {
  readonly pauseMs: number;
  readonly delivered: readonly string[];
}

/**
 * Tells the contacts of a recall's parties of its newest version, or of its end: each once. The row that says so and the
 * notice in the outbox are one write, so that a crash before it leaves both to be made, and one after it neither. A contact
 * further down waits for its time, and is spared where the party has acknowledged by then.
 */
export async function tellContacts(telling: Telling): Promise<Told> {
  const { store, clock, notifier, recall, parties } = telling;
  const contacts = await readContacts(store, parties);
  if (contacts.length === 0) return { pauseMs: recallLimits.idlePauseMs, delivered: [] };
  const made = new Set(
    (await store.query<{ id: string }>('select id from recall_notices where recall_id = $1', [recall.recallId])).map(
      ({ id }) => id,
    ),
  );
  const startMs =
    startOfVersion((await stepsOf(store, recall.recallId, scopeSteps)).steps, recall.version) ?? recall.openedAtMs;
  const answered = await acknowledgedBy(telling);
  let pauseMs: number = recallLimits.idlePauseMs;
  const details = lazily(() => detailsOf(telling));
  for (const contact of contacts) {
    if (made.has(noticeId(recall, contact.id))) continue;
    if (recall.state === 'closed') {
      // Who joined the contacts after the end was never told of the recall, and need not be told that it is over.
      if (contact.afterMs === 0 && contact.createdMs <= (recall.closedAtMs ?? 0)) {
        await tell(telling, contact, 'closed', await details());
      }
      continue;
    }
    const waitMs = startMs + contact.afterMs - clock.now();
    if (contact.afterMs > 0 && answered.has(contact.party)) continue;
    if (contact.afterMs > 0 && waitMs > 0) {
      pauseMs = Math.min(pauseMs, waitMs);
      continue;
    }
    const occasion = contact.afterMs > 0 ? 'escalated' : recall.version === 1 ? 'opened' : 'changed';
    await tell(telling, contact, occasion, await details());
  }
  const { pending, delivered } = await outcomes(store, notifier, recall);
  return { pauseMs: pending ? Math.min(pauseMs, recallLimits.pendingPauseMs) : pauseMs, delivered };
}

interface Details {
  readonly openedBy: string;
  readonly lots: readonly string[];
}

async function tell(
  { store, notifier, box, clock, publicUrl, mspId, recall }: Telling,
  contact: StoredContact,
  occasion: Occasion,
  { openedBy, lots }: Details,
): Promise<void> {
  const nowMs = clock.now();
  const notice = composeNotice({
    recall,
    openedBy,
    lots,
    party: contact.party,
    contact: { id: contact.id, name: contact.name, channel: openChannel(box, contact) },
    occasion,
    nowMs,
    gateway: { mspId, url: publicUrl() },
  });
  await store.writeOwn(async (tx, put) => {
    const [there] = await tx.query('select 1 from recall_notices where id = $1', [notice.id]);
    if (there) return;
    await put({
      table: 'recall_notices',
      row: {
        id: notice.id,
        recall_id: recall.recallId,
        version: recall.version,
        party: contact.party,
        contact: contact.id,
        after_ms: contact.afterMs,
        queued_ms: nowMs,
      },
    });
    await notifier.enqueue({ tx, put }, notice);
  });
}

async function acknowledgedBy({ store, recall }: Telling): Promise<ReadonlySet<string>> {
  const rows = await store.query<{ msp_id: string }>(
    `select attributes[2] as msp_id from state
     where kind = 'acknowledgement' and attributes[1] = $1 and (record ->> 'version')::int = $2`,
    [recall.recallId, recall.version],
  );
  return new Set(rows.map(({ msp_id }) => msp_id));
}

async function detailsOf({ store, recall }: Telling): Promise<Details> {
  const [organisation] = await store.query<{ name: string }>('select name from organisations where msp_id = $1', [
    recall.mspId,
  ]);
  const lots = await store.query<{ item: string }>(
    'select item from recall_scope where recall_id = $1 and to_version is null order by via is not null, item',
    [recall.recallId],
  );
  return { openedBy: organisation?.name ?? recall.mspId, lots: lots.map(({ item }) => item) };
}

async function outcomes(
  store: Store,
  notifier: Notifier,
  { recallId, version }: RecallRecord,
): Promise<{ pending: boolean; delivered: string[] }> {
  const rows = await store.query<{ id: string; party: string }>(
    'select id, party from recall_notices where recall_id = $1 and version = $2',
    [recallId, version],
  );
  const states = await notifier.statesOf(
    store,
    rows.map(({ id }) => id),
  );
  const stateOf = ({ id }: { id: string }) => states.get(id)?.state;
  return {
    pending: rows.some((row) => stateOf(row) === 'queued'),
    delivered: [...new Set(rows.filter((row) => stateOf(row) === 'delivered').map(({ party }) => party))],
  };
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
