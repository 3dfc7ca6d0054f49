import { acknowledgementRecordSchema, type RecallRecord } from '@hopline/protocol';
import { z } from 'zod';
import { noticeStateSchema } from '../notify/notice.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Queryable } from '../store/database.ts';
import type { balanceLineSchema } from './balance.ts';
import { readContacts } from './contacts.ts';
import { notifiedAt, type Steps, startOfVersion } from './recall-steps.ts';

const noticeViewSchema = z.object({
  id: z.string(),
  version: z.int(),
  contact: z.string(),
  kind: z.enum(['webhook', 'email']).nullable(),
  escalation: z.boolean(),
  queuedMs: z.int(),
  ...noticeStateSchema.pick({ state: true, endedMs: true, reason: true }).partial().shape,
});

/** An organisation that a recall is addressed to, with what it was told and what it answered. */
export const organisationViewSchema = z.object({
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

/** A party outside the channel, which can be told and has nothing to answer with. */
export const outsideViewSchema = z.object({
  gln: z.string(),
  notifiedAtMs: z.int().nullable(),
  noContact: z.boolean(),
  notices: z.array(noticeViewSchema),
});

type NoticeView = z.infer<typeof noticeViewSchema>;

/** Notices that this gateway has made, by party. */
export async function noticesOf(
  on: Queryable,
  notifier: Notifier,
  recallId: string,
): Promise<Map<string, NoticeView[]>> {
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
  readonly recall: RecallRecord;
  readonly steps: Steps;
  readonly notices: ReadonlyMap<string, readonly NoticeView[]>;
}

/** The organisations that a recall is addressed to, with their answers. */
export async function organisationsOf(
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
): Promise<z.infer<typeof organisationViewSchema>[]> {
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

/** The parties outside the channel that a recall names. */
export async function outsideOf(
  on: Queryable,
  { recall, steps, notices }: Known,
): Promise<z.infer<typeof outsideViewSchema>[]> {
  const contacts = new Set((await readContacts(on, recall.outside)).map(({ party }) => party));
  return recall.outside.map((gln) => ({
    gln,
    notifiedAtMs: notifiedAt(steps, (act) => act.outside.includes(gln)),
    noContact: !contacts.has(gln),
    notices: [...(notices.get(gln) ?? [])],
  }));
}
