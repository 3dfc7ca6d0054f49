import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import type { OwnRow } from '../store/own-tables.ts';
import { notifyLimits } from './limits.ts';
import { type Notice, type NoticeState, noticeSchema, noticeStateSchema } from './notice.ts';
import type { SecretBox } from './secret-box.ts';

/** What `Store.writeOwn` gives to its work: rows written through it are there together with all others of it, or none is. */
export interface OwnWrite {
  readonly tx: Queryable;
  readonly put: (row: OwnRow) => Promise<void>;
}

/** A notice as it is delivered. */
export interface QueuedNotice {
  readonly id: string;
  readonly kind: 'webhook' | 'email';
  readonly target: string;
  readonly type: string;
  readonly url: string | null;
  readonly recipients: readonly string[];
  readonly subject: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly body: string | null;
  /** `null` where they do not open with this gateway's key. */
  readonly secrets: readonly string[] | null;
  readonly notAfterMs: number;
  readonly state: NoticeState;
}

/** Columns of a state, as `noticeStateSchema` names them. */
export function stateColumns(table: string): string {
  const columns = ['state', 'attempts', 'next_ms as "nextMs"', 'ended_ms as "endedMs"', 'reason', 'last'];
  return columns.map((column) => `${table}.${column}`).join(', ');
}

const keyRowSchema = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'email']),
  target: z.string(),
  type: z.string(),
  created_ms: z.int(),
});
type KeyRow = z.infer<typeof keyRowSchema>;

/**
 * Puts a notice into the outbox, in the transaction of its cause. The same notice again changes nothing, so that a cause
 * that is done again after a crash may enqueue it again. A notice to a URL that is gone has failed at once.
 *
 * @throws GatewayError `bad-request` for a malformed notice, `too-large`, `conflict` for another notice of the same id,
 *   `outbox-full`
 */
export async function putNotice(write: OwnWrite, box: SecretBox, notice: Notice, nowMs: number): Promise<void> {
  const row = noticeRow(notice, box, nowMs);
  const [there] = await write.tx.query<{ digest: string }>('select digest from notices where id = $1', [notice.id]);
  if (there) {
    if (there.digest === row.digest) return;
    throw new GatewayError('conflict', 'another notice has this id', { id: notice.id });
  }
  const [queued] = await write.tx.query<{ count: number }>(
    "select count(*)::bigint as count from notice_states where state = 'queued'",
  );
  const { maxQueuedNotices } = notifyLimits;
  if ((queued?.count ?? 0) >= maxQueuedNotices) {
    throw new GatewayError('outbox-full', 'too many notices wait for delivery', { maxQueuedNotices });
  }
  await write.put({ table: 'notices', row });
  const gone = row.url !== null && (await isGone(write.tx, row.url));
  const state: NoticeState = gone
    ? { state: 'failed', attempts: 0, nextMs: null, endedMs: nowMs, reason: 'gone', last: null }
    : { state: 'queued', attempts: 0, nextMs: nowMs, endedMs: null, reason: null, last: null };
  await putState(write, { ...row, created_ms: nowMs }, state);
}

function noticeRow(notice: Notice, box: SecretBox, nowMs: number) {
  const parsed = noticeSchema.safeParse(notice);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({ at: path.join('.'), message }));
    throw new GatewayError('bad-request', 'the notice is not of its form', { issues }, { cause: parsed.error });
  }
  const { id, channel, type, subject, text, html, notAfterMs } = parsed.data;
  const body = parsed.data.payload === undefined ? null : JSON.stringify(parsed.data.payload);
  demandSize('payload', body, notifyLimits.maxPayloadBytes);
  demandSize('text and HTML', `${text ?? ''}${html ?? ''}`, notifyLimits.maxEmailBytes);
  const url = channel.kind === 'webhook' ? new URL(channel.url) : null;
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw new GatewayError(
      'bad-request',
      'a webhook’s URL holds no user and password: its signature is what proves it',
    );
  }
  const recipients = channel.kind === 'email' ? [channel.to].flat() : [];
  const content = {
    kind: channel.kind,
    url: url?.href ?? null,
    recipients,
    type,
    subject,
    text,
    html,
    body,
    notAfterMs,
  };
  const secrets = channel.kind === 'webhook' ? JSON.stringify([channel.secret].flat()) : null;
  return {
    id,
    kind: channel.kind,
    // One mail server takes all e-mail, and one origin all webhooks to it.
    target: url?.origin ?? 'smtp',
    url: url?.href ?? null,
    recipients,
    type,
    digest: createHash('sha256').update(JSON.stringify(content)).digest('base64url'),
    subject: subject ?? null,
    text: text ?? null,
    html: html ?? null,
    body,
    secrets: secrets === null ? null : box.seal(secrets, id),
    created_ms: nowMs,
    not_after_ms: notAfterMs,
  };
}

function demandSize(what: string, text: string | null, maxBytes: number): void {
  const bytes = Buffer.byteLength(text ?? '');
  if (bytes > maxBytes) throw new GatewayError('too-large', `the notice’s ${what} is too large`, { bytes, maxBytes });
}

/** Writes how a notice stands. */
export async function putState(write: OwnWrite, key: KeyRow, state: NoticeState): Promise<void> {
  const { id, kind, target, type, created_ms } = key;
  await write.put({
    table: 'notice_states',
    row: {
      id,
      kind,
      target,
      type,
      created_ms,
      state: state.state,
      attempts: state.attempts,
      next_ms: state.nextMs,
      ended_ms: state.endedMs,
      reason: state.reason,
      last: state.last,
    },
  });
}

/**
 * Changes how a notice stands by what it is now; `null` leaves it.
 * @returns the state afterwards, or `null` where there is no such notice
 */
export async function changeState(
  write: OwnWrite,
  id: string,
  change: (state: NoticeState) => NoticeState | null,
): Promise<NoticeState | null> {
  const [row] = await write.tx.query(
    `select id, kind, target, type, created_ms, ${stateColumns('notice_states')} from notice_states where id = $1`,
    [id],
  );
  if (!row) return null;
  const state = noticeStateSchema.parse(row);
  const changed = change(state);
  if (!changed) return state;
  await putState(write, keyRowSchema.parse(row), changed);
  return changed;
}

/** Whether the receiver at a URL has answered 410, so that nothing goes there any more. */
export async function isGone(on: Queryable, url: string): Promise<boolean> {
  const [row] = await on.query<{ gone_ms: number | null }>('select gone_ms from notice_targets where url_digest = $1', [
    urlDigest(url),
  ]);
  return (row?.gone_ms ?? null) !== null;
}

/** Notes that a URL is gone, or (`null`) that it is to be tried again. */
export async function putGone(write: OwnWrite, url: string, goneMs: number | null): Promise<void> {
  await write.put({ table: 'notice_targets', row: { url_digest: urlDigest(url), gone_ms: goneMs } });
}

function urlDigest(url: string): string {
  return createHash('sha256').update(url).digest('base64url');
}

/** Ids of the notices whose turn has come, the longest overdue first, without those of some targets. */
export async function dueNotices(
  on: Queryable,
  nowMs: number,
  without: { readonly targets: readonly string[]; readonly ids: readonly string[] },
  limit: number,
): Promise<{ id: string; target: string }[]> {
  return on.query<{ id: string; target: string }>(
    `select id, target from notice_states
     where state = 'queued' and next_ms <= $1 and not target = any($2::text[]) and not id = any($3::text[])
     order by next_ms, id limit $4`,
    [nowMs, without.targets, without.ids, limit],
  );
}

/** When the next notice of other targets than these is due; `null` where none waits. */
export async function nextDueMs(on: Queryable, withoutTargets: readonly string[]): Promise<number | null> {
  const [row] = await on.query<{ next: number | null }>(
    "select min(next_ms) as next from notice_states where state = 'queued' and not target = any($1::text[])",
    [withoutTargets],
  );
  return row?.next ?? null;
}

/** A notice with all that its delivery needs; `null` where there is none. */
export async function readNotice(on: Queryable, box: SecretBox, id: string): Promise<QueuedNotice | null> {
  const [row] = await on.query<Record<string, unknown> & { secrets: string | null }>(
    `select n.id, n.kind, n.target, n.type, n.url, n.recipients, n.subject, n.text, n.html, n.body, n.secrets,
       n.not_after_ms as "notAfterMs", ${stateColumns('s')}
     from notices n join notice_states s on s.id = n.id where n.id = $1`,
    [id],
  );
  if (!row) return null;
  const secrets = row.secrets === null ? [] : opened(box, row.secrets, id);
  return { ...queuedSchema.parse(row), secrets, state: noticeStateSchema.parse(row) };
}

function opened(box: SecretBox, sealed: string, id: string): string[] | null {
  try {
    return z.array(z.string()).parse(JSON.parse(box.open(sealed, id)));
  } catch {
    return null;
  }
}

const queuedSchema = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'email']),
  target: z.string(),
  type: z.string(),
  url: z.string().nullable(),
  recipients: z.array(z.string()),
  subject: z.string().nullable(),
  text: z.string().nullable(),
  html: z.string().nullable(),
  body: z.string().nullable(),
  notAfterMs: z.int(),
});

/** How notices stand, by their ids; those that are not known are left out. */
export async function readStates(on: Queryable, ids: readonly string[]): Promise<Map<string, NoticeState>> {
  const rows = await on.query<{ id: string }>(
    `select id, ${stateColumns('notice_states')} from notice_states where id = any($1::text[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, noticeStateSchema.parse(row)]));
}
