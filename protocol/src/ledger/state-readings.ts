import { z } from 'zod';
import { digestSchema, nodeIdSchema, timeMsSchema } from '../registry/records.ts';
import { stateVersion } from './state-registry.ts';

/**
 * `statement` [node, sequence as `formatSequence`]: that this statement is anchored. Its bytes are the transaction's
 * argument and stand in the block; the state keeps only what recognises them, so that a transaction stays small.
 */
export const statementRecordSchema = z.strictObject({ schema: stateVersion, digest: digestSchema });
export type StatementRecord = z.infer<typeof statementRecordSchema>;

/** `head` [node]: the last statement of an edge node, against which the next one is judged. */
export const headRecordSchema = z.strictObject({
  schema: stateVersion,
  node: nodeIdSchema,
  sequence: z.int().min(0),
  digest: digestSchema,
  sealedAtMs: timeMsSchema,
  registryVersion: z.int().min(0),
});
export type HeadRecord = z.infer<typeof headRecordSchema>;
