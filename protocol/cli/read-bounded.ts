import { concat } from '../src/bytes.ts';
import { ProtocolError } from '../src/error.ts';

/**
 * Reads a stream to its end, and no further than a limit: works for pipes and growing files, whose size nobody knows.
 * @throws ProtocolError `too-large`; and what the stream throws
 */
export async function readBounded(stream: AsyncIterable<Uint8Array>, maxDocumentBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxDocumentBytes) {
      const message = `A document may have ${maxDocumentBytes} bytes, and this one has more`;
      throw new ProtocolError('too-large', message, { maxDocumentBytes });
    }
    chunks.push(chunk);
  }
  return concat(...chunks);
}
