import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import { type CaptureWarning, captureWarningSchema } from '../../intake/capture-warning.ts';
import type { Queryable } from '../../store/database.ts';
import { hexBytes } from '../../store/insert-rows.ts';
import type { Store } from '../../store/store.ts';
import { epcisLimits } from '../limits.ts';

export const errorBehaviours = ['rollback', 'proceed'] as const;
export type ErrorBehaviour = (typeof errorBehaviours)[number];

/** What was wrong with an event of a document, or with all of it: problem details with the standard's types. */
export const jobErrorSchema = z.looseObject({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int(),
  /** JSON pointer to it in the document. */
  pointer: z.string().optional(),
});
export type JobError = z.infer<typeof jobErrorSchema>;

/** An event whose id its sender gave to another one before: it is on the ledger as a conflict, and has no effect. */
export const idConflictSchema = z.object({ pointer: z.string(), eventID: z.string(), event: z.string() });
export type IdConflict = z.infer<typeof idConflictSchema>;

/** A capture under way or finished. */
export interface CaptureJob {
  readonly id: string;
  /** Number in the order of arrival. */
  readonly seq: number;
  readonly behaviour: ErrorBehaviour;
  readonly caller: string;
  readonly createdMs: number;
  readonly finishedMs: number | null;
  readonly events: number;
  /** Events from the document's beginning that are dealt with, for good or ill. */
  readonly done: number;
  readonly errors: readonly JobError[];
  readonly conflicts: readonly IdConflict[];
  readonly warnings: readonly CaptureWarning[];
}

interface JobRow extends Record<string, unknown> {
  readonly id: string;
  readonly seq: number;
  readonly behaviour: ErrorBehaviour;
  readonly caller: string;
  readonly created_ms: number;
  readonly finished_ms: number | null;
  readonly events: number;
  readonly done: number;
  readonly errors: readonly JobError[];
  readonly conflicts: readonly IdConflict[];
  /** `null` in rows from before there were warnings. */
  readonly warnings: readonly CaptureWarning[] | null;
}

const retryAfterMs = 5_000;

/**
 * Keeps a new job with its document. When this returns it survives a power loss, and will be done.
 * @throws GatewayError `rate-limited` while too many jobs wait
 */
export async function createJob(
  store: Store,
  job: Pick<CaptureJob, 'id' | 'behaviour' | 'caller' | 'createdMs' | 'events' | 'warnings'>,
  document: Uint8Array,
): Promise<CaptureJob> {
  return store.writeOwn(async (tx, put) => {
    const [open] = await tx.query<{ count: number }>('select count(*)::bigint as count from epcis_documents');
    const { maxOpenJobs } = epcisLimits;
    if ((open?.count ?? 0) >= maxOpenJobs) {
      throw new GatewayError('rate-limited', 'too many captures wait', { maxOpenJobs }, { retryAfterMs });
    }
    const [last] = await tx.query<{ seq: number | null }>('select max(seq) as seq from epcis_jobs');
    const created: CaptureJob = {
      ...job,
      seq: (last?.seq ?? 0) + 1,
      finishedMs: null,
      done: 0,
      errors: [],
      conflicts: [],
    };
    await put({ table: 'epcis_documents', row: { job: job.id, body: hexBytes(document) } });
    await put({ table: 'epcis_jobs', row: rowOf(created) });
    return created;
  });
}

/**
 * Notes how far a job is. With its end the document is removed; where the removal is lost with the power, `forgetOldJobs`
 * removes it.
 */
export async function saveJob(store: Store, job: CaptureJob): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    await put({ table: 'epcis_jobs', row: rowOf(job) });
    if (job.finishedMs !== null) await tx.query('delete from epcis_documents where job = $1', [job.id]);
  });
}

export async function readJob(on: Queryable, id: string): Promise<CaptureJob | null> {
  const [row] = await on.query<JobRow>('select * from epcis_jobs where id = $1', [id]);
  return row ? jobOf(row) : null;
}

/** Jobs from the latest on, before a number. */
export async function listJobs(on: Queryable, before: number | null, limit: number): Promise<CaptureJob[]> {
  const rows = await on.query<JobRow>(
    `select * from epcis_jobs where ${before === null ? 'true' : 'seq < $2'} order by seq desc limit $1`,
    before === null ? [limit] : [limit, before],
  );
  return rows.map(jobOf);
}

/** The first job that is not finished, with its document; they are done one after the other. */
export async function nextOpenJob(on: Queryable): Promise<{ job: CaptureJob; document: Uint8Array } | null> {
  const [row] = await on.query<JobRow & { body: Uint8Array }>(
    `select j.*, d.body from epcis_jobs j join epcis_documents d on d.job = j.id
     where j.finished_ms is null order by j.seq limit 1`,
  );
  return row ? { job: jobOf(row), document: row.body } : null;
}

/** Removes documents of finished jobs, and finished jobs that are too old or too many. */
export async function forgetOldJobs(store: Store, nowMs: number): Promise<void> {
  await store.writeOwn(async (tx) => {
    await tx.query('delete from epcis_documents d using epcis_jobs j where j.id = d.job and j.finished_ms is not null');
    await tx.query('delete from epcis_jobs where finished_ms < $1', [nowMs - epcisLimits.keepJobMs]);
    await tx.query(
      `delete from epcis_jobs where finished_ms is not null
       and seq <= (select max(seq) from epcis_jobs) - $1`,
      [epcisLimits.maxFinishedJobs],
    );
  });
}

function rowOf(job: CaptureJob): JobRow {
  const { id, seq, behaviour, caller, createdMs, finishedMs, events, done, errors, conflicts, warnings } = job;
  return {
    id,
    seq,
    behaviour,
    caller,
    created_ms: createdMs,
    finished_ms: finishedMs,
    events,
    done,
    errors,
    conflicts,
    warnings,
  };
}

function jobOf(row: JobRow): CaptureJob {
  const { id, seq, behaviour, caller, created_ms, finished_ms, events, done, errors, conflicts, warnings } = row;
  return {
    id,
    seq,
    behaviour,
    caller,
    createdMs: created_ms,
    finishedMs: finished_ms,
    events,
    done,
    errors: z.array(jobErrorSchema).parse(errors),
    conflicts: z.array(idConflictSchema).parse(conflicts),
    warnings: z.array(captureWarningSchema).parse(warnings ?? []),
  };
}
