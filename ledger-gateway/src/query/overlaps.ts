import { deviceUrnSchema } from '@hopline/protocol';
import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const maxOverlapsPerPage = 500;

export const overlapsQuerySchema = z.object({
  device: deviceUrnSchema.optional(),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(maxOverlapsPerPage).default(100),
});

const batchRefSchema = z.object({ node: z.string(), sequence: z.int() });

export const overlapsSchema = z.object({
  overlaps: z.array(
    z.object({
      device: z.string(),
      epoch: z.int(),
      /** The lowest and the highest counter that both nodes hold. */
      first: z.int(),
      last: z.int(),
      /** The first batch of each node that holds such a reading. */
      batches: z.tuple([batchRefSchema, batchRefSchema]),
    }),
  ),
  /** Offset of the next page. */
  next: z.int().nullable(),
  ...asOfSchema.shape,
});
export type Overlaps = z.infer<typeof overlapsSchema>;

/**
 * Readings that two edge nodes hold, one entry for each pair of nodes, device and epoch, by what their summaries say: a device that delivered again elsewhere because
 * an acknowledgement was lost, or somebody who replayed its readings at another site.
 */
export async function readOverlaps(
  on: Queryable,
  { device, offset, limit }: z.output<typeof overlapsQuerySchema>,
): Promise<Omit<Overlaps, 'asOf' | 'stale'>> {
  const rows = await on.query<{
    device: string;
    epoch: number;
    first: number;
    last: number;
    node: string;
    sequence: number;
    other_node: string;
    other_sequence: number;
  }>(
    `select * from reading_overlaps where $1::text is null or device = $1
     order by device, epoch, node, other_node limit $2 offset $3`,
    [device ?? null, limit + 1, offset],
  );
  return {
    overlaps: rows.slice(0, limit).map((row) => ({
      device: row.device,
      epoch: row.epoch,
      first: row.first,
      last: row.last,
      batches: [
        { node: row.node, sequence: row.sequence },
        { node: row.other_node, sequence: row.other_sequence },
      ],
    })),
    next: rows.length > limit ? offset + limit : null,
  };
}
