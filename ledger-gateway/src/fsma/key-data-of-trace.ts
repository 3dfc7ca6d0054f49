import { cteKinds } from '@hopline/protocol/fsma';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import { readRecords } from './read-records.ts';

/** Records with missing elements that one trace names; how many there are in all is said. */
const maxRecordsNamed = 200;

export const keyDataSchema = z.object({
  /** Critical tracking events of the lots that the trace reached; `null` where they are too many for one check. */
  records: z.int().nullable(),
  /** How many of them lack something. */
  incomplete: z.int().nullable(),
  missing: z.array(
    z.object({
      cte: z.enum(cteKinds),
      item: z.string().nullable(),
      place: z.string().nullable(),
      event: z.string(),
      transactionId: z.string().nullable(),
      /** Titles of the elements. */
      elements: z.array(z.string()),
    }),
  ),
});
export type KeyData = z.infer<typeof keyDataSchema>;

/** Which key data elements of FSMA 204 are missing for the lots of a trace (canonical identifiers). */
export async function keyDataOf(on: Queryable, lots: readonly string[]): Promise<KeyData> {
  if (lots.length === 0) return { records: 0, incomplete: 0, missing: [] };
  try {
    const { records } = await readRecords(on, { lots, place: null, fromMs: null, toMs: null, trace: null });
    const incomplete = records.filter(({ missing }) => missing.length > 0);
    return {
      records: records.length,
      incomplete: incomplete.length,
      missing: incomplete.slice(0, maxRecordsNamed).map(({ cte, item, place, event, missing }) => ({
        cte,
        item,
        place,
        event: event.hash,
        transactionId: event.transactionId,
        elements: missing.map(({ title }) => title),
      })),
    };
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'too-large')
      return { records: null, incomplete: null, missing: [] };
    throw error;
  }
}
