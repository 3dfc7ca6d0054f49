import { recallActSchema, recallStepRecordSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { recallLimits } from './limits.ts';

export const recallStepSchema = z.object({
  mspId: z.string(),
  atMs: z.int(),
  transactionId: z.string(),
  block: z.int(),
  act: recallActSchema,
});
export type Steps = readonly z.infer<typeof recallStepSchema>[];

/** Steps that make a version of the scope. */
export const scopeSteps = ['opened', 'scope-changed'] as const;

type StepName = Steps[number]['act']['step'];

/** The steps of a recall in the order of the ledger: all of them, or those of these names. */
export async function stepsOf(
  on: Queryable,
  recallId: string,
  names: readonly StepName[] | null = null,
): Promise<{ steps: z.infer<typeof recallStepSchema>[]; stepsTruncated: boolean }> {
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

type Notified = Extract<Steps[number]['act'], { step: 'notified' }>;

/** When the ledger says first that some party was told. */
export function notifiedAt(steps: Steps, concerns: (act: Notified) => boolean): number | null {
  return steps.find(({ act }) => act.step === 'notified' && concerns(act))?.atMs ?? null;
}

/** When a version of the scope came to be, by the ledger. */
export function startOfVersion(steps: Steps, version: number): number | null {
  const step = steps.find(
    ({ act }) => (act.step === 'opened' || act.step === 'scope-changed') && act.version === version,
  );
  return step?.atMs ?? null;
}
