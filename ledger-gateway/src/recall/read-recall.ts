import {
  acknowledgementRecordSchema,
  findingRecordSchema,
  type RecallRecord,
  recallActSchema,
  recallRecordSchema,
  recallStepRecordSchema,
} from '@hopline/protocol';
import { z } from 'zod';
import { noticeStateSchema } from '../notify/notice.ts';
import type { Notifier } from '../notify/notifier.ts';
import { asOfSchema } from '../query/freshness.ts';
import { placesOf } from '../query/lookups.ts';
import { placeSchema } from '../query/shapes.ts';
import type { Queryable } from '../store/database.ts';
import { balanceLineSchema, balanceOf, balanceTotalSchema } from './balance.ts';
import { readContacts } from './contacts.ts';
import { readDocuments } from './evidence.ts';
import { recallLimits } from './limits.ts';
import { madeOf } from './lineage.ts';
import { recordOf } from './recall-record.ts';
import { restOf } from './rest-of-scope.ts';
import { timesOf, timesSchema } from './times.ts';

const noticeViewSchema = z.object({
  id: z.string(),
  version: z.int(),
  contact: z.string(),
  kind: z.enum(['webhook', 'email']).nullable(),
  escalation: z.boolean(),
  queuedMs: z.int(),
  ...noticeStateSchema.pick({ state: true, endedMs: true, reason: true }).partial().shape,
});

const organisationViewSchema = z.object({
  mspId: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  /** By the ledger: when a notice of any version was recorded as delivered. Being addressed on the ledger is notice, too. */
  notifiedAtMs: z.int().nullable(),
  acknowledgement: acknowledgementRecordSchema
    .pick({ version: true, atMs: true, by: true, signer: true, note: true })
    .nullable(),
  /** Whether it has acknowledged the newest version. */
  isCurrent: z.boolean(),
  lines: z.int(),
  linesFound: z.int(),
  notices: z.array(noticeViewSchema),
  /** The next contact that will be told if no answer comes, and when; `null` where nobody is left. */
  escalation: z.object({ contact: z.string(), dueMs: z.int() }).nullable(),
  /** Nobody is known here to be told. */
  noContact: z.boolean(),
});

export const recallSchema = z.object({
  recall: recallRecordSchema.omit({ schema: true }),
  openedBy: z.string(),
  /** Whether goods are kept from moving. */
  enforced: z.boolean(),
  lots: z.array(
    z.object({
      item: z.string(),
      gtin: z.string().nullable(),
      lot: z.string().nullable(),
      serial: z.string().nullable(),
      product: z.string().nullable(),
      via: z.string().nullable(),
      fromVersion: z.int(),
      toVersion: z.int().nullable(),
      onHold: z.boolean(),
    }),
  ),
  /** Lots of the frozen scope that are not in the ledger's: while it is open they are put on hold part by part. */
  lotsToCome: z.int(),
  /** What was made of the scope by now and is not in it, nor was let out of it on purpose. */
  missing: z.array(z.string()),
  organisations: z.array(organisationViewSchema),
  outside: z.array(
    z.object({
      gln: z.string(),
      notifiedAtMs: z.int().nullable(),
      noContact: z.boolean(),
      notices: z.array(noticeViewSchema),
    }),
  ),
  lines: z.array(balanceLineSchema),
  totals: z.array(balanceTotalSchema),
  places: z.array(placeSchema),
  /** Recovered of expected goods. */
  recoveryPercent: z.number().nullable(),
  /** Organisations that have acknowledged the newest version and said what they found, of all that are addressed. */
  effectivenessPercent: z.number().nullable(),
  times: timesSchema,
  evidence: z.array(z.object({ version: z.int(), digest: z.string(), height: z.int(), isHere: z.boolean() })),
  steps: z.array(
    z.object({ mspId: z.string(), atMs: z.int(), transactionId: z.string(), block: z.int(), act: recallActSchema }),
  ),
  stepsTruncated: z.boolean(),
  ...asOfSchema.shape,
});
export type RecallView = Omit<z.infer<typeof recallSchema>, 'asOf' | 'stale'>;

/** All that is known of a recall, as the ledger stands. Throws `not-found`. */
export async function readRecall(on: Queryable, notifier: Notifier, recallId: string): Promise<RecallView> {
  const recall = await recordOf(on, recallId);
  const { scope, own, documents, evidence, frozen, balance, glns, ...standing } = await readStanding(
    on,
    notifier,
    recall,
  );
  const lots = await lotsOf(on, recallId, scope);
  const current = scope.flatMap(({ item, to_version }) => (to_version === null ? item : []));
  const leftOut = new Set(scope.map(({ item }) => item));
  const place = await placesOf(on, glns);
  return {
    recall: recallRecordSchema.omit({ schema: true }).strip().parse(recall),
    openedBy: await nameOf(on, recall.mspId),
    enforced: recall.kind !== 'mock',
    lots,
    missing: recall.state === 'open' ? (await madeOf(on, current, leftOut)).map(({ item }) => item) : [],
    outside: await outsideOf(on, { recall, steps: own, notices: standing.notices }),
    lines: [...balance.lines],
    totals: [...balance.totals],
    places: [...glns].sort().map(place),
    evidence: evidence.map((each) => ({ ...each, isHere: documents.has(each.digest) })),
    ...(await stepsOf(on, recallId)),
    lotsToCome: standing.lotsToCome,
    organisations: standing.organisations,
    recoveryPercent: balance.recoveryPercent,
    effectivenessPercent: standing.effectivenessPercent,
    times: standing.times,
  };
}

/** The figures of a recall: how long it took, and how much came of it. */
export async function readFigures(
  on: Queryable,
  notifier: Notifier,
  recallId: string,
): Promise<Pick<RecallView, 'recall' | 'times' | 'recoveryPercent' | 'effectivenessPercent'>> {
  const recall = await recordOf(on, recallId);
  const { times, balance, effectivenessPercent } = await readStanding(on, notifier, recall);
  return { recall, times, recoveryPercent: balance.recoveryPercent, effectivenessPercent };
}

/** What a recall's figures follow from. */
async function readStanding(on: Queryable, notifier: Notifier, recall: RecallRecord) {
  const { recallId } = recall;
  const scope = await on.query<ScopeRow>(
    'select item, via, from_version, to_version from recall_scope where recall_id = $1',
    [recallId],
  );
  const current = scope.flatMap(({ item, to_version }) => (to_version === null ? item : []));
  // Answers of many recipients may fill the list of steps: what the opener did is asked for by itself.
  const { steps: own } = await stepsOf(on, recallId, [...scopeSteps, 'notified']);
  const evidence = own.flatMap(({ act }) =>
    (act.step === 'opened' || act.step === 'scope-changed') && act.evidence
      ? [{ version: act.version, ...act.evidence }]
      : [],
  );
  const documents = await readDocuments(
    on,
    evidence.map(({ digest }) => digest),
  );
  const frozen = evidence.flatMap(({ digest }) => documents.get(digest) ?? []);
  const findings = (
    await on.query<{ record: unknown }>(
      `select record from state where kind = 'finding' and attributes[1] = $1 order by key`,
      [recallId],
    )
  ).map(({ record }) => findingRecordSchema.parse(record));
  const glns = new Set([
    ...findings.map(({ place }) => place),
    ...frozen.flatMap(({ parts }) => parts.flatMap(({ place }) => place ?? [])),
    ...recall.returnTo,
    ...recall.outside,
  ]);
  const place = await placesOf(on, glns);
  const balance = balanceOf(current, frozen, findings, (gln) => place(gln).custodian);
  const notices = await noticesOf(on, notifier, recallId);
  const roles = new Map(frozen.flatMap(({ organisations }) => organisations.map((each) => [each.mspId, each.roles])));
  const organisations = await organisationsOf(on, { recall, steps: own, lines: balance.lines, notices, roles });
  const lotsToCome = (await restOf(on, recall)).length;
  return {
    scope,
    own,
    evidence,
    documents,
    frozen,
    glns,
    balance,
    notices,
    organisations,
    lotsToCome,
    effectivenessPercent: shareOf(
      organisations,
      ({ isCurrent, lines, linesFound }) => isCurrent && linesFound === lines,
    ),
    times: await timesOf(on, recall, { scopeSteps: own, organisations, lotsToCome }),
  };
}

export type Steps = RecallView['steps'];

/** Steps that make a version of the scope. */
export const scopeSteps = ['opened', 'scope-changed'] as const;

type StepName = Steps[number]['act']['step'];

/** The steps of a recall in the order of the ledger: all of them, or those of these names. */
export async function stepsOf(
  on: Queryable,
  recallId: string,
  names: readonly StepName[] | null = null,
): Promise<{ steps: Steps; stepsTruncated: boolean }> {
  const rows = await on.query<{ record: unknown; block: number }>(
    `select s.record, s.block from state s join transactions t on t.block = s.block and t.id = s.transaction_id
     where s.kind = 'recall-step' and s.attributes[1] = $1
       and ($3::text[] is null or s.record -> 'act' ->> 'step' = any($3::text[]))
     order by s.block, t.position limit $2`,
    [recallId, recallLimits.maxStepsShown + 1, names],
  );
  const steps = rows.slice(0, recallLimits.maxStepsShown).map(({ record, block }) => {
    const { mspId, atMs, transactionId, act } = recallStepRecordSchema.parse(record);
    return { mspId, atMs, transactionId, block, act };
  });
  return { steps, stepsTruncated: rows.length > recallLimits.maxStepsShown };
}

interface ScopeRow extends Record<string, unknown> {
  readonly item: string;
  readonly via: string | null;
  readonly from_version: number;
  readonly to_version: number | null;
}

/**
 * Lots of a scope with their names, suspects first. Put together here: joined in SQL, a planner that knows nothing of the
 * sizes walks through the one list for each row of the other.
 */
async function lotsOf(on: Queryable, recallId: string, scope: readonly ScopeRow[]): Promise<RecallView['lots']> {
  const items = await on.query<{ item: string; gtin: string | null; lot: string | null; serial: string | null }>(
    'select item, gtin, lot, serial from items where item = any($1::text[])',
    [scope.map(({ item }) => item)],
  );
  const products = await on.query<{ gtin: string; name: string }>(
    'select gtin, name from products where gtin = any($1::text[])',
    [[...new Set(items.flatMap(({ gtin }) => gtin ?? []))]],
  );
  const holds = await on.query<{ item: string }>('select item from holds where recall_id = $1', [recallId]);
  const itemOf = new Map(items.map((row) => [row.item, row]));
  const productOf = new Map(products.map(({ gtin, name }) => [gtin, name]));
  const held = new Set(holds.map(({ item }) => item));
  return scope
    .toSorted(
      (a, b) =>
        Number(a.via !== null) - Number(b.via !== null) ||
        a.from_version - b.from_version ||
        (a.item < b.item ? -1 : 1),
    )
    .map(({ item, via, from_version, to_version }) => {
      const { gtin = null, lot = null, serial = null } = itemOf.get(item) ?? {};
      const product = gtin === null ? null : (productOf.get(gtin) ?? null);
      const span = { fromVersion: from_version, toVersion: to_version };
      return { item, gtin, lot, serial, product, via, ...span, onHold: held.has(item) };
    });
}

type NoticeView = z.infer<typeof noticeViewSchema>;

/** Notices that this gateway has made, by party. */
async function noticesOf(on: Queryable, notifier: Notifier, recallId: string): Promise<Map<string, NoticeView[]>> {
  const rows = await on.query<{
    id: string;
    version: number;
    party: string;
    name: string | null;
    kind: 'webhook' | 'email' | null;
    after_ms: number;
    queued_ms: number;
  }>(
    `select n.id, n.version, n.party, c.name, c.channel ->> 'kind' as kind, n.after_ms, n.queued_ms
     from recall_notices n left join contacts c on c.id = n.contact
     where n.recall_id = $1 order by n.queued_ms, n.after_ms, n.id`,
    [recallId],
  );
  const states = await notifier.statesOf(
    on,
    rows.map(({ id }) => id),
  );
  const byParty = Map.groupBy(rows, ({ party }) => party);
  return new Map(
    [...byParty].map(([party, own]) => [
      party,
      own.map(({ id, version, name, kind, after_ms, queued_ms }): NoticeView => {
        const { state, endedMs, reason } = states.get(id) ?? {};
        return {
          id,
          version,
          contact: name ?? '',
          kind,
          escalation: after_ms > 0,
          queuedMs: queued_ms,
          ...(state ? { state, endedMs: endedMs ?? null, reason: reason ?? null } : {}),
        };
      }),
    ]),
  );
}

interface Known {
  readonly recall: z.infer<typeof recallRecordSchema>;
  readonly steps: Steps;
  readonly notices: ReadonlyMap<string, readonly NoticeView[]>;
}

async function organisationsOf(
  on: Queryable,
  {
    recall,
    steps,
    lines,
    notices,
    roles,
  }: Known & {
    lines: readonly z.infer<typeof balanceLineSchema>[];
    roles: ReadonlyMap<string, readonly string[]>;
  },
): Promise<RecallView['organisations']> {
  const acknowledged = new Map(
    (
      await on.query<{ record: unknown }>(
        `select record from state where kind = 'acknowledgement' and attributes[1] = $1`,
        [recall.recallId],
      )
    ).map(({ record }) => {
      const parsed = acknowledgementRecordSchema.parse(record);
      return [parsed.mspId, parsed];
    }),
  );
  const names = new Map(
    (
      await on.query<{ msp_id: string; name: string }>(
        'select msp_id, name from organisations where msp_id = any($1)',
        [recall.addressees],
      )
    ).map(({ msp_id, name }) => [msp_id, name]),
  );
  const contacts = Map.groupBy(await readContacts(on, recall.addressees), ({ party }) => party);
  const versionAtMs = startOfVersion(steps, recall.version) ?? recall.openedAtMs;
  return recall.addressees.map((mspId) => {
    const record = acknowledged.get(mspId);
    const own = lines.filter((line) => line.mspId === mspId && line.expected?.amount !== '0');
    const isCurrent = record?.version === recall.version;
    const told = notices.get(mspId) ?? [];
    const next = (contacts.get(mspId) ?? []).find(
      ({ name, afterMs }) =>
        afterMs > 0 && !told.some((notice) => notice.contact === name && notice.version === recall.version),
    );
    return {
      mspId,
      name: names.get(mspId) ?? mspId,
      roles: [...(roles.get(mspId) ?? [])],
      notifiedAtMs: notifiedAt(steps, (act) => act.addressees.includes(mspId)),
      acknowledgement: record
        ? { version: record.version, atMs: record.atMs, by: record.by, signer: record.signer, note: record.note }
        : null,
      isCurrent,
      lines: own.length,
      linesFound: own.filter(({ finding }) => finding).length,
      notices: [...told],
      escalation:
        next && !isCurrent && recall.state === 'open'
          ? { contact: next.name, dueMs: versionAtMs + next.afterMs }
          : null,
      noContact: !contacts.has(mspId),
    };
  });
}

async function outsideOf(on: Queryable, { recall, steps, notices }: Known): Promise<RecallView['outside']> {
  const contacts = new Set((await readContacts(on, recall.outside)).map(({ party }) => party));
  return recall.outside.map((gln) => ({
    gln,
    notifiedAtMs: notifiedAt(steps, (act) => act.outside.includes(gln)),
    noContact: !contacts.has(gln),
    notices: [...(notices.get(gln) ?? [])],
  }));
}

type Notified = Extract<Steps[number]['act'], { step: 'notified' }>;

function notifiedAt(steps: Steps, concerns: (act: Notified) => boolean): number | null {
  return steps.find(({ act }) => act.step === 'notified' && concerns(act))?.atMs ?? null;
}

/** When a version of the scope came to be, by the ledger. */
export function startOfVersion(steps: Steps, version: number): number | null {
  const step = steps.find(
    ({ act }) => (act.step === 'opened' || act.step === 'scope-changed') && act.version === version,
  );
  return step?.atMs ?? null;
}

async function nameOf(on: Queryable, mspId: string): Promise<string> {
  const [row] = await on.query<{ name: string }>('select name from organisations where msp_id = $1', [mspId]);
  return row?.name ?? mspId;
}

function shareOf<T>(all: readonly T[], isOne: (each: T) => boolean): number | null {
  return all.length === 0 ? null : Math.floor((1_000 * all.filter(isOne).length) / all.length) / 10;
}
