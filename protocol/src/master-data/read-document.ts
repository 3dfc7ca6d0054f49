import { defaultEpcisLimits } from '../epcis/index.ts';
import { assertBoundedJson } from '../epcis/json.ts';
import type { ReadMasterData } from './data.ts';
import { hasEpcisMasterData, readEpcisHeader } from './read-epcis-header.ts';
import { readJsonLd } from './read-json-ld.ts';

/**
 * Reads master data out of parsed JSON: an EPCIS document with master data in its header, or JSON-LD of the GS1 Web Vocabulary.
 * @throws ProtocolError `epcis-limit` for JSON that is nested too deep or holds texts that are too long
 */
export function readMasterData(document: unknown): ReadMasterData {
  assertBoundedJson(document, defaultEpcisLimits);
  return hasEpcisMasterData(document) ? readEpcisHeader(document) : readJsonLd(document);
}
