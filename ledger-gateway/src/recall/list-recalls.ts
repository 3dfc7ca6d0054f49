import { recallKindSchema, recallRecordSchema } from '@hopline/protocol';
import { canonicalLink, parseIdentifier } from '@hopline/protocol/gs1';
import { z } from 'zod';
import type { Notifier } from '../notify/notifier.ts';
import { asOfSchema } from '../query/freshness.ts';
import type { Queryable } from '../store/database.ts';
import { recallLimits } from './limits.ts';
import { readFigures } from './read-recall.ts';
import { timesSchema } from './times.ts';

export const recallsQuerySchema = z.object({
  state: z.enum(['open', 'closed']).optional(),
  kind: recallKindSchema.optional(),
  /** `me`: opened by this organisation or addressed to it. */
  concerning: z.enum(['me', 'all']).default('all'),
  /** Those whose scope has this lot or item now, in any GS1 form. */
  item: z.string().min(1).max(400).optional(),
  /** Recalls opened before this one, as `next` of the page before says it. */
  before: z
    .string()
    .regex(/^\d{1,15}:.{1,64}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(recallLimits.maxRecallsPerPage).default(50),
});

const entrySchema = z.object({
  recall: recallRecordSchema.omit({ schema: true, addressees: true, outside: true, gtins: true }),
  openedBy: z.string(),
  isOwn: z.boolean(),
  isAddressed: z.boolean(),
  addressees: z.int(),
  /** Addressees that have acknowledged the newest version. */
  acknowledged: z.int(),
  /** Whether this organisation still has to acknowledge it. */
  awaitsMe: z.boolean(),
});
export const recallsSchema = z.object({
  recalls: z.array(entrySchema),
  next: z.string().nullable(),
  ...asOfSchema.shape,
});
export type Recalls = Omit<z.infer<typeof recallsSchema>, 'asOf' | 'stale'>;

/** Recalls, the newest first. Other organisations' exercises are shown to those alone whom they are addressed to. */
export async function listRecalls(
  on: Queryable,
  mspId: string,
  { state, kind, concerning, item, before, limit }: z.output<typeof recallsQuerySchema>,
): Promise<Recalls> {
  const [beforeMs, beforeId] = before ? splitOnce(before) : [null, null];
  const rows = await on.query<{ record: unknown; opened_by: string | null; acknowledged: number; mine: number | null }>(
    `select r.record, o.name as opened_by,
       (select count(*) from state a where a.kind = 'acknowledgement' and a.attributes[1] = r.recall_id
          and (a.record ->> 'version')::int = r.version) as acknowledged,
       (select (a.record ->> 'version')::int from state a where a.kind = 'acknowledgement'
          and a.attributes[1] = r.recall_id and a.attributes[2] = $1) as mine
     from recalls r left join organisations o on o.msp_id = r.msp_id
     where ($2::text is null or r.state = $2) and ($3::text is null or r.kind = $3)
       and ((not $4 and r.kind <> 'mock') or r.msp_id = $1 or r.record -> 'addressees' ? $1)
       and ($5::bigint is null or (r.opened_ms, r.recall_id) < ($5, $6))
       and ($8::text is null or exists (select 1 from recall_scope s
         where s.recall_id = r.recall_id and s.item = $8 and s.to_version is null))
     order by r.opened_ms desc, r.recall_id desc limit $7`,
    [
      mspId,
      state ?? null,
      kind ?? null,
      concerning === 'me',
      beforeMs,
      beforeId,
      limit + 1,
      item === undefined ? null : canonicalLink(parseIdentifier(item)),
    ],
  );
  const page = rows.slice(0, limit).map(({ record, opened_by, acknowledged, mine }) => {
    const recall = recallRecordSchema.parse(record);
    const isAddressed = recall.addressees.includes(mspId);
    return {
      recall: entrySchema.shape.recall.strip().parse(recall),
      openedBy: opened_by ?? recall.mspId,
      isOwn: recall.mspId === mspId,
      isAddressed,
      addressees: recall.addressees.length,
      acknowledged,
      awaitsMe: isAddressed && recall.state === 'open' && mine !== recall.version,
    };
  });
  const last = page.at(-1)?.recall;
  return { recalls: page, next: rows.length > limit && last ? `${last.openedAtMs}:${last.recallId}` : null };
}

function splitOnce(cursor: string): [number, string] {
  const at = cursor.indexOf(':');
  return [Number(cursor.slice(0, at)), cursor.slice(at + 1)];
}

export const historySchema = z.object({
  recalls: z.array(
    z.object({
      recallId: z.string(),
      kind: recallKindSchema,
      reason: z.string(),
      state: z.enum(['open', 'closed']),
      ...timesSchema.shape,
      lots: z.int(),
      organisations: z.int(),
      recoveryPercent: z.number().nullable(),
      effectivenessPercent: z.number().nullable(),
    }),
  ),
  ...asOfSchema.shape,
});
export type History = Omit<z.infer<typeof historySchema>, 'asOf' | 'stale'>;

export const historyQuerySchema = z.object({
  kind: recallKindSchema.optional(),
  limit: z.coerce.number().int().min(1).max(recallLimits.maxRecallsPerPage).default(20),
});

/** How long each own recall took, the newest first, exercises and others: by the ledger's times and the own clock's start. */
export async function readHistory(
  on: Queryable,
  notifier: Notifier,
  mspId: string,
  { kind, limit }: z.output<typeof historyQuerySchema>,
): Promise<History> {
  const rows = await on.query<{ recall_id: string }>(
    `select recall_id from recalls where msp_id = $1 and ($2::text is null or kind = $2)
     order by opened_ms desc, recall_id desc limit $3`,
    [mspId, kind ?? null, limit],
  );
  const recalls: History['recalls'] = [];
  for (const { recall_id } of rows) {
    const { recall, times, recoveryPercent, effectivenessPercent } = await readFigures(on, notifier, recall_id);
    recalls.push({
      recallId: recall_id,
      kind: recall.kind,
      reason: recall.reason,
      state: recall.state,
      ...times,
      lots: recall.lots,
      organisations: recall.addressees.length,
      recoveryPercent,
      effectivenessPercent,
    });
  }
  return { recalls };
}
