import { decodeSummary } from '@hopline/protocol';
import type { RowOf } from './rows.ts';

export interface SummaryRows {
  readonly conditions: RowOf<'conditions'>[];
  readonly ranges: RowOf<'sequence_ranges'>[];
}

/**
 * Rows of a summary: its figures, and the counters that it says the batch holds. It is that of the statement that fixes its
 * digest; one that names another statement is the edge node's own mistake: it is anchored all the same, and has no rows.
 */
export function foldSummary(node: string, sequence: number, bytes: Uint8Array): SummaryRows {
  const { devices, ...named } = decodeSummary(bytes);
  if (named.node !== node || named.sequence !== sequence) return { conditions: [], ranges: [] };
  const ranges = devices.flatMap(({ device, ranges }) =>
    ranges.map(({ epoch, first, last }) => ({ node, sequence, device, epoch, first, last })),
  );
  const conditions = devices.flatMap((device) =>
    device.streams.flatMap((stream) =>
      stream.intervals.map((figures) => ({
        node,
        sequence,
        device: device.device,
        stream: stream.stream,
        unit: stream.unit,
        assurance: device.assurance,
        start_ms: figures.startMs,
        count: figures.count,
        min: figures.min,
        max: figures.max,
        mean: figures.mean,
      })),
    ),
  );
  return { conditions, ranges };
}
