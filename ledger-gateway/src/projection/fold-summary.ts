import { decodeSummary } from '@hopline/protocol';
import type { RowOf } from './rows.ts';

/**
 * Rows of a summary's figures, for the statement that fixes its digest. A summary that names another statement is the
 * edge node's own mistake: it is anchored all the same, and has no figures.
 */
export function foldSummary(node: string, sequence: number, bytes: Uint8Array): RowOf<'conditions'>[] {
  const summary = decodeSummary(bytes);
  if (summary.node !== node || summary.sequence !== sequence) return [];
  return summary.devices.flatMap((device) =>
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
}
