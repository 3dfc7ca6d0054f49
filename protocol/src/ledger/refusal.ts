import { z } from 'zod';

/** Why the chaincode refuses a transaction. Closed; the gateway maps each to a problem type and an HTTP status. */
export const refusalCodeSchema = z.enum([
  'argument-malformed',
  'not-permitted',
  'unknown-organisation',
  'unknown-site',
  'unknown-product',
  'unknown-node',
  'unknown-device',
  'unknown-signer',
  'unknown-key',
  'already-enrolled',
  'enrolment-code-used',
  'key-in-use',
  'key-revoked',
  'signature-refused',
  'statement-gap',
  'statement-fork',
  'statement-time',
  'registry-version',
  'event-malformed',
  'event-conflict',
  'event-party',
  'not-held',
  'not-in-custody',
  'quantity',
  'unit-not-found',
  'unit-cycle',
  'unit-not-empty',
  'already-commissioned',
  'not-shipped',
  'mass-balance',
  'on-hold',
  'unknown-recall',
  'recall-exists',
  'recall-state',
  'recall-scope',
  'recall-open',
  'too-large',
]);
export type RefusalCode = z.infer<typeof refusalCodeSchema>;

/** The message of a chaincode error: one JSON text, so that a client need not guess from prose. */
export const refusalSchema = z.strictObject({
  code: refusalCodeSchema,
  message: z.string(),
  details: z.record(z.string(), z.unknown()),
});
export type Refusal = z.infer<typeof refusalSchema>;

/** Finds the refusal in the text that a peer put around a chaincode's message; `null` where there is none. */
export function findRefusal(text: string): Refusal | null {
  const start = text.indexOf('{"code":');
  if (start < 0) return null;
  try {
    const parsed = refusalSchema.safeParse(JSON.parse(text.slice(start, text.lastIndexOf('}') + 1)));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON after all: the text is somebody else's.
    return null;
  }
}
