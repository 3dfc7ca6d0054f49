import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** One acknowledged publish, as the fleet noted it after the PUBACK had come. */
export const journalLineSchema = z.object({
  node: z.string(),
  device: z.string(),
  epoch: z.number().nullable(),
  counter: z.number().nullable(),
  /** base64url SHA-256 of the MQTT payload. */
  digest: z.string(),
  ackedAtMs: z.number(),
});
export type JournalLine = z.infer<typeof journalLineSchema>;

/**
 * Reads a fleet's journal. A last line that is cut off (the writer was killed) is left out, since its acknowledgement
 * may not have been noted whole; any other line that does not parse is an error.
 */
export async function readJournal(file: string): Promise<JournalLine[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file, 'utf8') }))
    if (line !== '') lines.push(line);
  return lines.flatMap((line, index) => {
    try {
      return [journalLineSchema.parse(JSON.parse(line))];
    } catch (cause) {
      if (index === lines.length - 1) return [];
      throw new Error(`${file}:${index + 1} is not a line of a journal`, { cause });
    }
  });
}
