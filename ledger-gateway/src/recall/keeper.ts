import { type RecallRecord, recallRecordSchema, type ScopeLine, type StateKind } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Peer } from '../intake/fetch-summaries.ts';
import { projected } from '../intake/projected.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { SecretBox } from '../notify/secret-box.ts';
import type { Projection } from '../projection/projection.ts';
import type { Store } from '../store/store.ts';
import { evidenceRow, fetchEvidence, removeUnusedEvidence } from './evidence.ts';
import { recallLimits } from './limits.ts';
import { madeOf } from './lineage.ts';
import { changeOnLedger, type HoldParts, type Step, takeInRest } from './put-on-hold.ts';
import { recordOf } from './recall-record.ts';
import { stepsOf } from './recall-steps.ts';
import { restOf } from './rest-of-scope.ts';
import { type FrozenScope, freezeScope } from './scope-document.ts';
import { tellContacts } from './tell-contacts.ts';

export interface KeeperParts extends HoldParts {
  readonly mspId: string;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly projection: Projection;
  readonly notifier: Notifier;
  readonly box: SecretBox;
  readonly clock: Clock;
  readonly peers: readonly Peer[];
  /** Whether the projection is current: what is behind would be acted on twice. */
  readonly caughtUp: () => boolean;
  readonly publicUrl: () => string;
  readonly onError: (error: unknown, recallId: string | null) => void;
}

/** Kinds of the state whose changes a keeper has to look at. */
export const recallKinds: ReadonlySet<string> = new Set<StateKind>(['recall', 'acknowledgement']);

/** Why a keeper widens a scope by itself: part of the step on the ledger. */
export const lateReason = 'made of goods of the scope before the hold was on the ledger';

/**
 * Does what follows from recalls, again and again until there is nothing left to do, so that a crash anywhere only delays it:
 * takes into the scope what was made between its freezing and the hold, tells everybody's contacts, says on the ledger who
 * was told, and fetches the evidence of others.
 */
export class RecallKeeper {
  readonly #parts: KeeperParts;
  #wake = new AbortController();
  #last: Promise<unknown> = Promise.resolve();
  /** When each piece of evidence that is not here was asked for last. */
  #asked: ReadonlyMap<string, number> = new Map();
  /** Recalls that somebody is opening or changing at this moment, and how many are. */
  readonly #inHand = new Map<string, number>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /** Says that something may have changed. */
  wake(): void {
    this.#wake.abort();
  }

  /** Does something with a recall that no round begins to attend to meanwhile. */
  async inHand<T>(recallId: string, work: () => Promise<T>): Promise<T> {
    this.#inHand.set(recallId, (this.#inHand.get(recallId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const others = (this.#inHand.get(recallId) ?? 1) - 1;
      if (others > 0) this.#inHand.set(recallId, others);
      else this.#inHand.delete(recallId);
    }
  }

  /** Attends to all recalls now; one round at a time. Failures are told to `onError` and tried again by `run`. */
  attend(signal: AbortSignal): Promise<{ pauseMs: number }> {
    const turn = this.#last.catch(() => undefined).then(() => this.#round(signal));
    this.#last = turn;
    return turn;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#parts;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      const failed = (error: unknown) => {
        if (!signal.aborted) onError(error, null);
        return { pauseMs: recallLimits.failurePauseMs };
      };
      const { pauseMs } = await this.attend(signal).catch(failed);
      const evidence = await this.#keepEvidence(signal).catch(failed);
      await clock.sleep(Math.min(pauseMs, evidence.pauseMs), AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  /** Fetches what is not here and removes what nobody names: apart from the rest, since others may be slow to answer. */
  async #keepEvidence(signal: AbortSignal): Promise<{ pauseMs: number }> {
    const { store, peers, clock, onError, caughtUp } = this.#parts;
    if (!caughtUp()) return { pauseMs: recallLimits.pendingPauseMs };
    this.#asked = await fetchEvidence({ store, peers, clock, signal, asked: this.#asked, onError });
    await removeUnusedEvidence(store, clock.now());
    return { pauseMs: this.#asked.size > 0 ? recallLimits.evidencePauseMs : recallLimits.idlePauseMs };
  }

  async #round(signal: AbortSignal): Promise<{ pauseMs: number }> {
    const { store, mspId, clock, onError, caughtUp } = this.#parts;
    let pauseMs: number = recallLimits.idlePauseMs;
    if (!caughtUp()) return { pauseMs: recallLimits.pendingPauseMs };
    const rows = await store.query<{ record: unknown }>(
      `select record from recalls where (msp_id = $1 or record -> 'addressees' ? $1)
         and (state = 'open' or (record ->> 'closedAtMs')::bigint > $2) order by opened_ms, recall_id`,
      [mspId, clock.now() - recallLimits.attendClosedMs],
    );
    for (const { record } of rows) {
      if (signal.aborted) break;
      const recall = recallRecordSchema.parse(record);
      if (this.#inHand.has(recall.recallId)) {
        pauseMs = Math.min(pauseMs, recallLimits.pendingPauseMs);
        continue;
      }
      try {
        pauseMs = Math.min(pauseMs, await this.#attendTo(recall));
      } catch (error) {
        if (signal.aborted) break;
        onError(error, recall.recallId);
        pauseMs = Math.min(pauseMs, recallLimits.failurePauseMs);
      }
    }
    return { pauseMs };
  }

  /** Gives how long there is nothing to do for this recall, unless something changes. */
  async #attendTo(known: RecallRecord): Promise<number> {
    const { mspId } = this.#parts;
    const isOwn = known.mspId === mspId;
    const recall = isOwn && known.state === 'open' ? await this.#widen(known) : known;
    const parties = isOwn ? [mspId, ...recall.addressees, ...recall.outside] : [mspId];
    const { pauseMs, delivered } = await tellContacts({ ...this.#parts, recall, parties });
    if (isOwn && recall.state === 'open') await this.#sayWhoWasTold(recall, delivered);
    return pauseMs;
  }

  /** The goods of an exercise go on moving: only what was frozen is taken in, and what came of it since is shown. */
  async #widen(known: RecallRecord): Promise<RecallRecord> {
    const recall = await this.#complete(known);
    return recall.kind === 'mock' ? recall : this.#takeIn(recall);
  }

  /** Takes in what was frozen and is not on the ledger yet: whoever put the first part there did not come to the last. */
  async #complete(recall: RecallRecord): Promise<RecallRecord> {
    const { store } = this.#parts;
    const rest = await restOf(store, recall);
    if (rest.length === 0) return recall;
    await this.#submitting(() => takeInRest(this.#parts, recall.recallId, rest));
    return this.#again(recall);
  }

  /** Widens the scope by what was made of it and is not in it. Gives the recall as it is then. */
  async #takeIn(recall: RecallRecord): Promise<RecallRecord> {
    const { store, mspId, clock } = this.#parts;
    const lines = await this.#linesOf(recall);
    const current = lines.filter(({ to_version }) => to_version === null);
    const items = current.map(({ item }) => item);
    const leftOut = new Set(lines.map(({ item }) => item));
    const late = await madeOf(store, items, leftOut);
    if (late.length === 0) return recall;
    const scope = current.map(({ item, via }) => ({ item, via, from: [] }));
    const frozen = await freezeScope(store.database, async () => [...scope, ...late], { mspId, nowMs: clock.now() });
    await store.writeOwn((_, put) => put(evidenceRow(frozen, mspId, clock.now())));
    return this.#complete(await this.#add(recall, late, frozen));
  }

  /** All lines that a scope ever had, each behind what it was made of. */
  #linesOf({ recallId }: RecallRecord): Promise<{ item: string; via: string | null; to_version: number | null }[]> {
    return this.#parts.store.query(
      'select item, via, to_version from recall_scope where recall_id = $1 order by via is not null, item',
      [recallId],
    );
  }

  /** Widens a scope by as many of these as one transaction takes. Gives the recall as it is then. */
  async #add(
    recall: RecallRecord,
    lines: readonly ScopeLine[],
    { digest, document: { height, organisations, outside } }: FrozenScope,
  ): Promise<RecallRecord> {
    const { mspId, lotsPerTransaction } = this.#parts;
    await this.#submitting(() =>
      changeOnLedger(this.#parts, {
        recallId: recall.recallId,
        reason: lateReason,
        evidence: { digest, height },
        add: lines.slice(0, lotsPerTransaction).map(({ item, via }) => ({ item, via })),
        remove: [],
        addressees: organisations.flatMap((each) => (each.mspId === mspId ? [] : each.mspId)),
        outside,
      }),
    );
    return this.#again(recall);
  }

  async #again({ recallId }: RecallRecord): Promise<RecallRecord> {
    return recallRecordSchema.parse(await recordOf(this.#parts.store, recallId));
  }

  /** Records on the ledger whom notices of this version have reached, once for each. */
  async #sayWhoWasTold(recall: RecallRecord, delivered: readonly string[]): Promise<void> {
    const { recallId, version, addressees, outside } = recall;
    if (delivered.length === 0) return;
    const { steps } = await stepsOf(this.#parts.store, recallId, ['notified']);
    const said = new Set(
      steps.flatMap(({ act }) =>
        act.step === 'notified' && act.version === version ? [...act.addressees, ...act.outside] : [],
      ),
    );
    const fresh = delivered.filter((party) => !said.has(party));
    const notice = {
      recallId,
      version,
      addressees: fresh.filter((party) => addressees.includes(party)),
      outside: fresh.filter((party) => outside.includes(party)),
    };
    if (notice.addressees.length + notice.outside.length > 0) {
      await this.#submitting(() => this.#parts.ledger.submit('recall:Notify', notice));
    }
  }

  /** Writes on the ledger, and waits until it can be read here. */
  async #submitting(write: () => Promise<Step | null>): Promise<void> {
    const { projection, clock } = this.#parts;
    try {
      const committed = await write();
      if (committed) await projected(projection, clock, committed);
    } catch (error) {
      // Somebody was quicker, or an earlier attempt got through after all: the next round sees what there is to do.
      if (error instanceof GatewayError && error.code === 'recall-state') this.wake();
      throw error;
    }
  }
}
