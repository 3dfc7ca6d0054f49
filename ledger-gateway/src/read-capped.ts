import { GatewayError } from './gateway-error.ts';

/**
 * Reads a stream of bytes up to a limit, whatever its sender says of its length.
 * @throws GatewayError `too-large`, after which no more is read
 */
export async function readCapped(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  for (; reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.length;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new GatewayError('too-large', 'the body is too large', { maxBytes });
    }
    parts.push(value);
  }
  return Buffer.concat(parts);
}
