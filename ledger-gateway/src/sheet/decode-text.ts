import { GatewayError } from '../gateway-error.ts';

const boms: ReadonlyArray<readonly [encoding: string, bytes: readonly number[]]> = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** How much of a file is looked at to see whether it is UTF-16 without a mark. */
const sampleBytes = 4_096;

/**
 * The text of a file whose encoding nobody states: by its byte order mark, else UTF-16 by its zero bytes, else UTF-8 where
 * every byte fits, else Windows-1252, which spreadsheets in western languages write.
 * @throws GatewayError `sheet-malformed` where it is no text
 */
export function decodeText(bytes: Uint8Array): { text: string; encoding: string } {
  const encoding = encodingOf(bytes);
  const text = new TextDecoder(encoding).decode(bytes);
  if (text.includes('\0')) {
    throw new GatewayError('sheet-malformed', 'this is neither a CSV nor an XLSX file', { encoding });
  }
  return { text, encoding };
}

function encodingOf(bytes: Uint8Array): string {
  const marked = boms.find(([, bom]) => bom.every((byte, i) => bytes[i] === byte));
  if (marked) return marked[0];
  const sample = bytes.subarray(0, sampleBytes);
  const zeros = [0, 1].map((parity) => sample.filter((byte, i) => byte === 0 && i % 2 === parity).length);
  const [even = 0, odd = 0] = zeros;
  // Western text in UTF-16 has a zero in nearly every second byte.
  if (odd > sample.length / 4 && even === 0) return 'utf-16le';
  if (even > sample.length / 4 && odd === 0) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
