import { forgedLeaves, forgedReports, forgedStatements, forgedSummaries, forgedUploads } from './forged-batches.ts';
import { confusedTypes, forgedHeaders, forgedReadings, tamperedEnvelopes } from './forged-envelopes.ts';
import { forgedJson } from './forged-json.ts';
import type { Keys, Originals, Variant } from './variant.ts';

/** What must be refused, whatever the platform. The code is found by the generator and then fixed. */
export async function refusedVariants(keys: Keys, original: Originals): Promise<Variant[]> {
  return [
    ...(await confusedTypes(keys, original)),
    ...tamperedEnvelopes(original),
    ...(await forgedHeaders(keys)),
    ...(await forgedReadings(keys)),
    ...(await forgedStatements(keys, original)),
    ...(await forgedReports(keys, original)),
    ...forgedSummaries(original),
    ...forgedLeaves(original),
    ...(await forgedJson(keys, original)),
    ...forgedUploads(),
  ];
}
