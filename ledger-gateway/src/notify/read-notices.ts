import { z } from 'zod';
import { found } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { notifyLimits } from './limits.ts';
import { noticeStateSchema } from './notice.ts';
import { stateColumns } from './outbox.ts';

/** A notice as people see it: where it goes and how it stands. Never its secrets, and no more of a URL than its path. */
export const noticeViewSchema = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'email']),
  /** URL without its query, or the recipients. */
  to: z.array(z.string()),
  type: z.string(),
  subject: z.string().nullable(),
  createdMs: z.int(),
  notAfterMs: z.int(),
  ...noticeStateSchema.shape,
});
export type NoticeView = z.infer<typeof noticeViewSchema>;

/** The same with its content. */
export const noticeDetailSchema = noticeViewSchema.extend({
  payload: z.unknown(),
  text: z.string().nullable(),
  html: z.string().nullable(),
});

export const noticesQuerySchema = z.object({
  state: noticeStateSchema.shape.state.optional(),
  kind: z.enum(['webhook', 'email']).optional(),
  type: z.string().max(100).optional(),
  /** Origin of a webhook's URL, or `smtp`. */
  target: z.string().max(300).optional(),
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{1,16}\.[A-Za-z0-9_:-]{1,128}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(notifyLimits.maxNoticesPerPage).default(50),
});
export type NoticesQuery = z.infer<typeof noticesQuerySchema>;

export const noticesSchema = z.object({ notices: z.array(noticeViewSchema), next: z.string().nullable() });

const viewColumns = `s.id, s.kind, s.type, n.url, n.recipients, n.subject, s.created_ms as "createdMs",
  n.not_after_ms as "notAfterMs", ${stateColumns('s')}`;

/** Notices, the latest first, page by page. */
export async function readNotices(on: Queryable, query: NoticesQuery): Promise<z.infer<typeof noticesSchema>> {
  const [afterMs, afterId] = query.after?.split('.') ?? [];
  const rows = await on.query<ViewRow>(
    `select ${viewColumns} from notice_states s join notices n on n.id = s.id
     where ($1::text is null or s.state = $1) and ($2::text is null or s.kind = $2)
       and ($3::text is null or s.type = $3) and ($4::text is null or s.target = $4)
       and ($5::bigint is null or (s.created_ms, s.id) < ($5::bigint, $6::text))
     order by s.created_ms desc, s.id desc limit $7`,
    [
      query.state ?? null,
      query.kind ?? null,
      query.type ?? null,
      query.target ?? null,
      afterMs === undefined ? null : Number(afterMs),
      afterId ?? null,
      query.limit + 1,
    ],
  );
  const notices = rows.slice(0, query.limit).map(viewOf);
  const last = notices.at(-1);
  return { notices, next: rows.length > query.limit && last ? `${last.createdMs}.${last.id}` : null };
}

/** One notice with its content. Throws `not-found`. */
export async function readNoticeDetail(on: Queryable, id: string): Promise<z.infer<typeof noticeDetailSchema>> {
  const [row] = await on.query<ViewRow & { body: string | null; text: string | null; html: string | null }>(
    `select ${viewColumns}, n.body, n.text, n.html from notice_states s join notices n on n.id = s.id where s.id = $1`,
    [id],
  );
  const { body, text, html } = found(row, 'the notice', { id });
  return { ...viewOf(found(row, 'the notice')), payload: body === null ? null : JSON.parse(body), text, html };
}

type ViewRow = Record<string, unknown> & { url: string | null; recipients: string[] };

function viewOf({ url, recipients, ...row }: ViewRow): NoticeView {
  // A query may hold a token: some receivers put one there.
  const shown = url === null ? recipients : [url.replace(/[?#].*$/, '?…')];
  return noticeViewSchema.parse({ ...row, to: shown });
}
