import { findingRecordSchema, type RecallRecord, recallRecordSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Notifier } from '../notify/notifier.ts';
import { asOfSchema } from '../query/freshness.ts';
import { placesOf } from '../query/lookups.ts';
import { placeSchema } from '../query/shapes.ts';
import type { Queryable } from '../store/database.ts';
import { balanceLineSchema, balanceOf, balanceTotalSchema } from './balance.ts';
import { readDocuments } from './evidence.ts';
import { madeOf } from './lineage.ts';
import { lotsOf, recallLotSchema, type ScopeRow } from './recall-lots.ts';
import { noticesOf, organisationsOf, organisationViewSchema, outsideOf, outsideViewSchema } from './recall-parties.ts';
import { recordOf } from './recall-record.ts';
import { recallStepSchema, scopeSteps, stepsOf } from './recall-steps.ts';
import { restOf } from './rest-of-scope.ts';
import { timesOf, timesSchema } from './times.ts';

export const recallSchema = z.object({
  recall: recallRecordSchema.omit({ schema: true }),
  openedBy: z.string(),
  /** Whether goods are kept from moving. */
  enforced: z.boolean(),
  lots: z.array(recallLotSchema),
  /** Lots of the frozen scope that are not in the ledger's: while it is open they are put on hold part by part. */
  lotsToCome: z.int(),
  /** What was made of the scope by now and is not in it, nor was let out of it on purpose. */
  missing: z.array(z.string()),
  organisations: z.array(organisationViewSchema),
  outside: z.array(outsideViewSchema),
  lines: z.array(balanceLineSchema),
  totals: z.array(balanceTotalSchema),
  places: z.array(placeSchema),
  /** Recovered of expected goods. */
  recoveryPercent: z.number().nullable(),
  /** Organisations that have acknowledged the newest version and said what they found, of all that are addressed. */
  effectivenessPercent: z.number().nullable(),
  times: timesSchema,
  evidence: z.array(z.object({ version: z.int(), digest: z.string(), height: z.int(), isHere: z.boolean() })),
  steps: z.array(recallStepSchema),
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

async function nameOf(on: Queryable, mspId: string): Promise<string> {
  const [row] = await on.query<{ name: string }>('select name from organisations where msp_id = $1', [mspId]);
  return row?.name ?? mspId;
}

function shareOf<T>(all: readonly T[], isOne: (each: T) => boolean): number | null {
  return all.length === 0 ? null : Math.floor((1_000 * all.filter(isOne).length) / all.length) / 10;
}
