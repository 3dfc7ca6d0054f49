import { glnSchema, maxLotsPerTransaction, newRecallSchema, recallIdSchema, type ScopeLine } from '@hopline/protocol';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext } from '../http/app-context.ts';
import { projected } from '../intake/projected.ts';
import { placesOf } from '../query/lookups.ts';
import type { Queryable } from '../store/database.ts';
import { evidenceRow } from './evidence.ts';
import { recallLimits } from './limits.ts';
import { type LineageLine, madeOf } from './lineage.ts';
import { changeOnLedger, type HoldParts, openOnLedger, type Step, takeInRest } from './put-on-hold.ts';
import { canonicalLot, resolveSuspects, suspectSchema } from './resolve-suspects.ts';
import { assertComplete } from './rest-of-scope.ts';
import { type FrozenScope, freezeScope, scopeDocumentSchema } from './scope-document.ts';

const suspectsSchema = z.array(suspectSchema).max(recallLimits.maxSuspects);

const { kind, class: recallClass, reason, authority, returnTo } = newRecallSchema.shape;

export const openBodySchema = z.strictObject({
  /** Made here where the caller has none. Sent again with the same id, nothing is opened twice. */
  recallId: recallIdSchema.optional(),
  kind,
  class: recallClass.default(null),
  reason,
  authority: authority.default(null),
  returnTo: returnTo.default([]),
  /** The scope is traced forward from these. */
  suspects: suspectsSchema.min(1),
  /** These are taken in as well, but not what was made of them. */
  also: suspectsSchema.default([]),
  /** Outside parties that the trace does not show. */
  outside: z.array(glnSchema).max(1_000).default([]),
  /** When the clock of the exercise, or of the case, began to run; else it begins with this request. */
  startedMs: z.int().min(0).optional(),
  /** Only says what the scope would be. */
  preview: z.boolean().default(false),
});
export type OpenBody = z.output<typeof openBodySchema>;

/** What a recall of these lots would concern. */
export const previewSchema = z.object({
  startedMs: z.int(),
  scopedMs: z.int(),
  digest: z.string(),
  document: scopeDocumentSchema,
});
export type Preview = z.infer<typeof previewSchema>;

/** Traces a scope and freezes it; nothing is opened, and nothing kept. */
export async function previewRecall(
  app: AppContext,
  body: Pick<OpenBody, 'suspects' | 'also' | 'startedMs'>,
): Promise<Preview & Pick<FrozenScope, 'bytes'>> {
  const arrivedMs = app.clock.now();
  const startedMs = body.startedMs ?? arrivedMs;
  if (startedMs > arrivedMs || startedMs < arrivedMs - recallLimits.maxClockMs) {
    throw new GatewayError('bad-request', 'the clock started in the future, or too long ago', {
      startedMs,
      nowMs: arrivedMs,
      maxClockMs: recallLimits.maxClockMs,
    });
  }
  const frozen = await freezeScope(app.store.database, (on) => traced(on, body), {
    mspId: app.mspId,
    nowMs: arrivedMs,
  });
  return { startedMs, scopedMs: app.clock.now(), ...frozen };
}

/**
 * Opens a recall: traces and freezes its scope, keeps the evidence, and puts it on the ledger, part by part. When this returns
 * the first part's hold is committed; the other parts are, what was made meanwhile is taken in, and the notices are in the
 * outbox, unless the ledger failed: then the recall says how many lots are still to come, and the keeper brings them. Killed
 * before that, the keeper does the rest at the next start.
 *
 * @returns the recall's id
 */
export async function openRecall(app: AppContext, body: OpenBody): Promise<string> {
  const recallId = body.recallId ?? newRecallId(app);
  const { startedMs, scopedMs, digest, bytes, document } = await previewRecall(app, body);
  await app.store.writeOwn(async (tx, put) => {
    await put(evidenceRow({ digest, bytes }, app.mspId, app.clock.now()));
    const [known] = await tx.query('select 1 from recall_clocks where recall_id = $1', [recallId]);
    if (known) return;
    await put({ table: 'recall_clocks', row: { recall_id: recallId, started_ms: startedMs, scoped_ms: scopedMs } });
  });
  const parts = holdParts(app);
  const addressees = await addresseesOf(app, document, body.returnTo);
  const last = await app.recalls.keeper.inHand(recallId, async () => {
    const opened = await openOnLedger(parts, {
      recallId,
      kind: body.kind,
      class: body.class,
      reason: body.reason,
      authority: body.authority,
      returnTo: body.returnTo,
      scope: linesOf(document.lots).slice(0, parts.lotsPerTransaction),
      evidence: { digest, height: document.height },
      addressees,
      outside: [...new Set([...document.outside, ...body.outside])],
    });
    return takeInAfter(app, recallId, document.lots.slice(parts.lotsPerTransaction), opened);
  });
  await projected(app.projection, app.clock, last);
  await attend(app);
  return recallId;
}

function holdParts({ store, ledger, clock, recalls: { lotsPerTransaction } }: AppContext): HoldParts {
  return { store, ledger, clock, lotsPerTransaction };
}

/** The first part stands on the ledger whatever becomes of these: those that fail now are brought by the keeper. */
async function takeInAfter(app: AppContext, recallId: string, lines: readonly ScopeLine[], first: Step): Promise<Step> {
  try {
    return (await takeInRest(holdParts(app), recallId, lines)) ?? first;
  } catch (error) {
    app.log.warn({ err: error, recallId }, 'lots of a frozen scope are not on hold yet');
    return first;
  }
}

/** Everybody on the channel whom the goods concern, and who is to take them back, but not who recalls them. */
async function addresseesOf(
  { store, mspId }: AppContext,
  { organisations }: FrozenScope['document'],
  returnTo: readonly string[],
): Promise<string[]> {
  const place = await placesOf(store, returnTo);
  const all = [...organisations.map((each) => each.mspId), ...returnTo.flatMap((gln) => place(gln).custodian ?? [])];
  return [...new Set(all)].filter((each) => each !== mspId);
}

export const changeBodySchema = z.strictObject({
  reason,
  /** Traced forward, as the suspects of an opening. */
  suspects: suspectsSchema.default([]),
  also: suspectsSchema.default([]),
  /** Lots to be let out of the scope, one by one. */
  remove: z.array(z.string().min(1).max(400)).max(maxLotsPerTransaction).default([]),
  /** Takes in what was made of the scope by now: for exercises, whose goods go on moving. */
  retrace: z.boolean().default(false),
});

/**
 * Widens or narrows an own recall, part by part as at its opening.
 *
 * @throws GatewayError `recall-state` while lots of its last frozen scope are not on hold yet; else as `Ledger.submit`
 */
export async function changeScope(
  app: AppContext,
  recallId: string,
  body: z.output<typeof changeBodySchema>,
): Promise<void> {
  await assertComplete(app.store, recallId);
  const remove = [...new Set(body.remove.map(canonicalLot))];
  const scope = await app.store.query<{ item: string; via: string | null; to_version: number | null }>(
    'select item, via, to_version from recall_scope where recall_id = $1 order by via is not null, item',
    [recallId],
  );
  const staying = scope.filter(({ item, to_version }) => to_version === null && !remove.includes(item));
  const known = new Set(staying.map(({ item }) => item));
  const add: LineageLine[] = [];
  const frozen = await freezeScope(
    app.store.database,
    async (on) => {
      add.length = 0;
      add.push(...(await traced(on, body)).filter(({ item }) => !known.has(item)));
      if (body.retrace) {
        const all = [...known, ...add.map(({ item }) => item)];
        add.push(...(await madeOf(on, all, new Set([...remove, ...scope.map(({ item }) => item)]))));
      }
      return [...staying.map(({ item, via }) => ({ item, via, from: [] })), ...add];
    },
    { mspId: app.mspId, nowMs: app.clock.now() },
  );
  await app.store.writeOwn((_, put) => put(evidenceRow(frozen, app.mspId, app.clock.now())));
  const parts = holdParts(app);
  const first = Math.max(0, parts.lotsPerTransaction - remove.length);
  const last = await app.recalls.keeper.inHand(recallId, async () => {
    const changed = await changeOnLedger(parts, {
      recallId,
      reason: body.reason,
      evidence: { digest: frozen.digest, height: frozen.document.height },
      add: linesOf(add.slice(0, first)),
      remove,
      addressees: frozen.document.organisations.flatMap(({ mspId }) => (mspId === app.mspId ? [] : mspId)),
      outside: frozen.document.outside,
    });
    return takeInAfter(app, recallId, add.slice(first), changed);
  });
  await projected(app.projection, app.clock, last);
  await attend(app);
}

/** The recall is on the ledger whatever happens here: what fails now is tried again in the background. */
async function attend(app: AppContext): Promise<void> {
  await app.recalls.keeper
    .attend(new AbortController().signal)
    .catch((error: unknown) => app.log.warn({ err: error }, 'a recall could not be attended to yet'));
  app.recalls.keeper.wake();
}

/** Suspects, all that was made of them, and what is taken in besides: each after what it was made of. */
async function traced(on: Queryable, { suspects, also }: Pick<OpenBody, 'suspects' | 'also'>): Promise<LineageLine[]> {
  const first = await resolveSuspects(on, suspects);
  const made = first.length === 0 ? [] : await madeOf(on, first);
  const known = new Set([...first, ...made.map(({ item }) => item)]);
  const extra = (await resolveSuspects(on, also)).filter((item) => !known.has(item));
  const alone = (item: string): LineageLine => ({ item, via: null, from: [] });
  return [...first.map(alone), ...extra.map(alone), ...made];
}

function linesOf(lines: readonly ScopeLine[]): ScopeLine[] {
  return lines.map(({ item, via }) => ({ item, via }));
}

function newRecallId({ clock, randomBytes }: AppContext): string {
  const day = new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  return `R-${day}-${Buffer.from(randomBytes(5)).toString('hex')}`;
}
