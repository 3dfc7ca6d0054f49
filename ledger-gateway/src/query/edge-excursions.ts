import { type Rule, ruleSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { devicesOfStays, type Stay, stayParameters } from './conditions.ts';
import { peakOf } from './judge-limits.ts';
import type { FoundExcursion } from './shapes.ts';

interface ExcursionRow extends Record<string, unknown> {
  readonly stay: number;
  readonly device: string;
  readonly stream: string;
  readonly rule: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly lowest: number;
  readonly highest: number;
  readonly rules: unknown;
  readonly public_key: string | null;
}

const rulesSchema = z.array(ruleSchema);

/**
 * What the edge nodes themselves found during stays, by the rules of the devices. An excursion that goes on over several
 * batches is one. The product's limits say whether it matters for these goods.
 */
export async function edgeExcursions(
  on: Queryable,
  stays: readonly Stay[],
  limits: readonly Rule[],
): Promise<FoundExcursion[]> {
  if (stays.length === 0) return [];
  const rows = await on.query<ExcursionRow>(
    `with ${devicesOfStays}
     select s.stay, e.device, e.stream, e.rule, e.from_ms, max(e.to_ms) as to_ms, min(e.peak) as lowest,
       max(e.peak) as highest, s.record -> 'rules' as rules, s.record ->> 'publicKey' as public_key
     from speaking s
     join excursions e on e.device = s.device and e.from_ms <= s.to_ms
     group by s.stay, s.from_ms, e.device, e.stream, e.rule, e.from_ms, s.record
     having max(e.to_ms) >= s.from_ms
     order by s.stay, e.from_ms, e.device, e.stream, e.rule`,
    stayParameters(stays),
  );
  return rows.map((row) => {
    const stay = stays[row.stay] as Stay;
    const rule = rulesSchema.parse(row.rules).find(({ id }) => id === row.rule);
    const peak = rule ? peakOf(rule, [{ min: row.lowest, max: row.highest }]) : row.highest;
    return {
      device: row.device,
      stream: row.stream,
      unit: rule?.unit ?? null,
      source: 'edge',
      rule: row.rule,
      min: rule?.min ?? null,
      max: rule?.max ?? null,
      fromMs: row.from_ms,
      toMs: row.to_ms,
      peak,
      certainty: judge(row, peak, limits),
      assurance: row.public_key === null ? 'session-authenticated' : 'device-signed',
      place: stay.place,
      inUnit: stay.unit,
    };
  });
}

function judge(row: ExcursionRow, peak: number, limits: readonly Rule[]): FoundExcursion['certainty'] {
  const limit = limits.find(({ stream }) => stream === row.stream);
  if (!limit) return 'no-limits';
  const outside = (limit.max !== null && peak > limit.max) || (limit.min !== null && peak < limit.min);
  if (!outside) return 'within-limits';
  return row.to_ms - row.from_ms >= limit.durationMs ? 'certain' : 'possible';
}
