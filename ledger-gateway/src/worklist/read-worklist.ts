import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { identify } from '../projection/item-row.ts';
import { type WorkItemKind, workItemKinds } from '../projection/work-item-kinds.ts';
import { evidenceOf, placesOf } from '../query/lookups.ts';
import { quantitySchema } from '../query/shapes.ts';
import type { Queryable } from '../store/database.ts';
import type { WorkItem, worklistCountsSchema, worklistFilterSchema, worklistQuerySchema } from './work-item-shapes.ts';

const detailsSchema = z.object({
  booked: quantitySchema.nullable().default(null),
  stated: quantitySchema.nullable().default(null),
  bookedMs: z.int().nullable().default(null),
  statedMs: z.int().nullable().default(null),
  outstanding: quantitySchema.nullable().default(null),
  eventId: z.string().nullable().default(null),
});

interface ItemRow extends Record<string, unknown> {
  readonly id: string;
  readonly kind: WorkItemKind;
  readonly severity: WorkItem['severity'];
  readonly subject: string | null;
  readonly place: string | null;
  readonly other_place: string | null;
  readonly msp_id: string;
  readonly other_msp: string | null;
  readonly event: string;
  readonly ref: string | null;
  readonly at_ms: number;
  readonly details: unknown;
  readonly block: number;
  readonly transaction_id: string;
  readonly recorded_ms: number;
  readonly closed_block: number | null;
  readonly closed_transaction: string | null;
  readonly note_state: WorkItem['state'] | null;
  readonly assignee: string | null;
  readonly note: string | null;
  readonly changed_by: string | null;
  readonly changed_ms: number | null;
  readonly is_resolved: boolean;
}

/** What a person settled is open again once the ledger says something new of it. */
const resolved = `(w.closed_block is not null or coalesce(n.state = 'resolved' and w.block < n.height, false))`;
const columns = `select w.*, n.state as note_state, n.assignee, n.note, n.changed_by, n.changed_ms, ${resolved} as is_resolved`;
const joined = 'from work_items w left join work_notes n on n.id = w.id';

/** The organisation that asks, and when. */
interface Asker {
  readonly mspId: string;
  readonly nowMs: number;
}

/** Work items that a filter lets through; its values are `$1` to `$8`. */
const wanted = `${joined}
  where ${resolved} = $1
    and ($2::text is null or w.kind = $2)
    and (case when $3::text is not null then w.severity = $3 else $2::text is not null or w.severity <> 'info' end)
    and ($4::text is null or w.place = $4 or w.other_place = $4)
    and ($5::text is null or w.subject = $5)
    and ($6::text is null or n.assignee = $6)
    and ($7::text is null or w.msp_id = $7 or w.other_msp = $7
      or exists (select 1 from sites s where s.msp_id = $7 and s.gln in (w.place, w.other_place)))
    and (w.kind <> 'overdue-shipment' or w.closed_block is not null or w.at_ms <= $8)`;

function filterValues(
  { state, kind, severity, place, item, assignee, scope, overdueAfterMs }: z.output<typeof worklistFilterSchema>,
  { mspId, nowMs }: Asker,
) {
  return [
    state === 'resolved',
    kind ?? null,
    severity ?? null,
    place ?? null,
    item ?? null,
    assignee ?? null,
    scope === 'own' ? mspId : null,
    nowMs - overdueAfterMs,
  ];
}

/** The worklist, the latest first. Shipments are on it once they are overdue at `nowMs`. */
export async function readWorklist(
  on: Queryable,
  query: z.output<typeof worklistQuerySchema>,
  about: Asker,
): Promise<{ items: WorkItem[]; next: string | null }> {
  const { after, limit } = query;
  const [afterMs, afterId] = after?.split('.') ?? [];
  const rows = await on.query<ItemRow>(
    `${columns} ${wanted} and ($9::bigint is null or (w.at_ms, w.id) < ($9::bigint, $10::text))
     order by w.at_ms desc, w.id desc limit $11`,
    [...filterValues(query, about), afterMs === undefined ? null : Number(afterMs), afterId ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items: await spellOut(on, page, about.nowMs), next: last ? `${last.at_ms}.${last.id}` : null };
}

/** How many work items of each kind there are, the most frequent first. */
export async function countWorklist(
  on: Queryable,
  filter: z.output<typeof worklistFilterSchema>,
  about: Asker,
): Promise<z.infer<typeof worklistCountsSchema>['kinds']> {
  const rows = await on.query<{ kind: WorkItemKind; count: number }>(
    `select w.kind, count(*) as count ${wanted} group by w.kind order by count(*) desc, w.kind`,
    filterValues(filter, about),
  );
  return rows.map(({ kind, count }) => ({ kind, count: Number(count), ...workItemKinds[kind] }));
}

/** One work item. Throws `not-found`. */
export async function readWorkItem(on: Queryable, id: string, nowMs: number): Promise<WorkItem> {
  const rows = await on.query<ItemRow>(`${columns} ${joined} where w.id = $1`, [id]);
  const [item] = await spellOut(on, rows, nowMs);
  if (!item) throw new GatewayError('not-found', 'the work item is not known here', { id });
  return item;
}

async function spellOut(on: Queryable, rows: readonly ItemRow[], nowMs: number): Promise<WorkItem[]> {
  const evidence = await evidenceOf(
    on,
    rows.flatMap(({ event, ref }) => [event, ref]),
  );
  const place = await placesOf(
    on,
    rows.flatMap((row) => [row.place, row.other_place]),
  );
  const products = await productsOf(
    on,
    rows.map(({ subject }) => subject),
  );
  return rows.map((row): WorkItem => {
    const { subject, closed_block, closed_transaction } = row;
    const details = detailsSchema.parse(row.details);
    return {
      id: row.id,
      kind: row.kind,
      severity: row.severity,
      title: workItemKinds[row.kind].title,
      state: row.is_resolved ? 'resolved' : 'open',
      resolvedBy: closed_block !== null ? 'ledger' : row.is_resolved ? 'person' : null,
      subject: subject === null ? null : subjectOf(subject, products),
      place: row.place === null ? null : place(row.place),
      otherPlace: row.other_place === null ? null : place(row.other_place),
      mspId: row.msp_id,
      otherMspId: row.other_msp,
      ...details,
      event: evidence.get(row.event) ?? null,
      about: evidence.get(row.ref ?? '') ?? null,
      atMs: row.at_ms,
      recordedMs: row.recorded_ms,
      ageMs: Math.max(0, nowMs - row.at_ms),
      block: row.block,
      transactionId: row.transaction_id,
      closed: closed_block === null ? null : { block: closed_block, transactionId: closed_transaction ?? '' },
      note: noteOf(row),
    };
  });
}

function noteOf({ note_state, assignee, note, changed_by, changed_ms }: ItemRow): WorkItem['note'] {
  if (note_state === null) return null;
  return { state: note_state, assignee, note, changedBy: changed_by ?? '', changedMs: changed_ms ?? 0 };
}

function subjectOf(id: string, products: ReadonlyMap<string, string>): WorkItem['subject'] {
  const key = identify(id);
  const gtin = key && 'gtin' in key ? key.gtin : null;
  const lot = key && 'lot' in key ? (key.lot ?? null) : null;
  return { id, kind: key?.kind ?? 'uri', gtin, lot, product: products.get(gtin ?? '') ?? null };
}

async function productsOf(on: Queryable, subjects: readonly (string | null)[]): Promise<ReadonlyMap<string, string>> {
  const gtins = subjects.flatMap((subject) => {
    const key = subject === null ? null : identify(subject);
    return key && 'gtin' in key ? [key.gtin] : [];
  });
  if (gtins.length === 0) return new Map();
  const rows = await on.query<{ gtin: string; name: string }>(
    'select gtin, name from products where gtin = any($1::text[])',
    [[...new Set(gtins)]],
  );
  return new Map(rows.map(({ gtin, name }) => [gtin, name]));
}
