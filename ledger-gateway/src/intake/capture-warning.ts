import { z } from 'zod';

/** Something in a document that was not taken, and stands in nobody's way. */
export const captureWarningSchema = z.object({
  code: z.literal('master-data-not-captured'),
  title: z.string(),
  /** JSON pointer to it in the document. */
  pointer: z.string(),
});
export type CaptureWarning = z.infer<typeof captureWarningSchema>;

/**
 * What is said of master data in a document with events. Capture does not take it: what an organisation says of its own places
 * goes on the ledger and what it knows of others must not, and whoever may capture events may decide neither
 * (docs/decisions/0081).
 * @param pointer where it stands; `null` where there is none
 */
export function masterDataWarnings(pointer: string | null): CaptureWarning[] {
  if (pointer === null) return [];
  const title = 'master data is not captured with events: an administrator sends the document to /api/master-data';
  return [{ code: 'master-data-not-captured', title, pointer }];
}
