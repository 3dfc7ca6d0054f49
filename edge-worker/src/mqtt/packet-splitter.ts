import { type Bytes, concat } from '@hopline/protocol';

/** What a stretch of the connection's bytes holds: whole packets, and the beginning of the next. */
export interface Split {
  readonly packets: readonly Bytes[];
  readonly rest: Bytes;
  /** Why reading cannot go on: a remaining length of more than four bytes [MQTT-1.5.5-1], or a packet above the limit. */
  readonly flaw: 'malformed' | 'too-large' | null;
}

const maxLengthBytes = 4;
const nothing: Bytes = new Uint8Array(0);

/**
 * Cuts bytes at packet boundaries. A WebSocket frame may hold several packets or a part of one, and packets need not
 * begin with a frame [MQTT-6.0.0-2]. A packet that announces more than `maxPacketBytes` is a flaw before it is there.
 */
export function splitPackets(before: Bytes, frame: Bytes, maxPacketBytes: number): Split {
  const bytes = before.length === 0 ? frame : concat(before, frame);
  const packets: Bytes[] = [];
  let start = 0;
  while (start < bytes.length) {
    const length = packetLength(bytes, start);
    if (length === 'malformed') return { packets, rest: nothing, flaw: 'malformed' };
    if (length === 'unknown') break;
    if (length > maxPacketBytes) return { packets, rest: nothing, flaw: 'too-large' };
    if (start + length > bytes.length) break;
    packets.push(bytes.subarray(start, start + length));
    start += length;
  }
  return { packets, rest: bytes.slice(start), flaw: null };
}

/** Length of the packet at `start`, fixed header included (MQTT 5 §2.1.4): a variable byte integer follows the type. */
function packetLength(bytes: Bytes, start: number): number | 'unknown' | 'malformed' {
  let remaining = 0;
  for (let i = 0; i < maxLengthBytes; i++) {
    const byte = bytes[start + 1 + i];
    if (byte === undefined) return 'unknown';
    remaining += (byte & 0x7f) * 128 ** i;
    if (byte < 0x80) return 2 + i + remaining;
  }
  return 'malformed';
}
