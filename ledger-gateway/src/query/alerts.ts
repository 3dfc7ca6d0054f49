import { excursionAlertSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const maxAlertsPerPage = 500;

export const alertsQuerySchema = z.object({
  device: z.string().max(128).optional(),
  before: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(maxAlertsPerPage).default(100),
});

export const alertSchema = z.object({ seq: z.int(), receivedMs: z.int(), event: excursionAlertSchema });
export type Alert = z.infer<typeof alertSchema>;

export const alertsSchema = z.object({ alerts: z.array(alertSchema), next: z.int().nullable(), ...asOfSchema.shape });

/** Alerts as they came from the edge, the latest first. */
export async function readAlerts(
  on: Queryable,
  { device, before, limit }: z.output<typeof alertsQuerySchema>,
): Promise<{ alerts: Alert[]; next: number | null }> {
  const rows = await on.query<AlertRow>(
    `select seq, received_ms, event from alerts
     where ($1::text is null or device = $1) and ($2::bigint is null or seq < $2) order by seq desc limit $3`,
    [device ?? null, before ?? null, limit],
  );
  return { alerts: rows.map(alertOf), next: rows.length === limit ? (rows.at(-1)?.seq ?? null) : null };
}

/** Alerts that came after a number, in their order. */
export async function alertsAfter(on: Queryable, seq: number, limit: number): Promise<Alert[]> {
  const rows = await on.query<AlertRow>(
    'select seq, received_ms, event from alerts where seq > $1 order by seq limit $2',
    [seq, limit],
  );
  return rows.map(alertOf);
}

interface AlertRow extends Record<string, unknown> {
  readonly seq: number;
  readonly received_ms: number;
  readonly event: unknown;
}

function alertOf(row: AlertRow): Alert {
  return { seq: row.seq, receivedMs: row.received_ms, event: excursionAlertSchema.parse(row.event) };
}
