import { JSONSerializer } from 'fabric-contract-api';

/**
 * How results become bytes: texts as they are (our transactions give JSON texts), anything else as JSON.
 *
 * The library's own way calls `classToPlain`, which the releases of class-transformer that its version range allows
 * (0.4.1) no longer have: every result that is not a text would end in an error, the system contract's metadata among them.
 */
export class ResultSerializer extends JSONSerializer {
  override toBuffer(result: unknown): Buffer {
    return Buffer.from(typeof result === 'string' ? result : (JSON.stringify(result) ?? ''));
  }
}
