import { Buffer } from 'node:buffer';
import { generate, type Packet, parser } from 'mqtt-packet';
import { EdgeError } from '../error.ts';

/** Protocol levels that the broker speaks: 4 is MQTT 3.1.1, 5 is MQTT 5. */
export type MqttVersion = 4 | 5;

/** First byte of a CONNECT packet: its type, and flags that must be 0 [MQTT-2.1.3-1]. */
const connectType = 0x10;

/** A parser with what it found last; it takes whole packets only, so nothing is left in it between two. */
interface Reader {
  readonly parse: (bytes: Buffer) => void;
  packet: Packet | null;
  flaw: unknown;
}

const readers = new Map<MqttVersion, Reader>();

/** Reads one whole packet. Throws `packet-malformed`. CONNECT says its version itself; others are read as `version`. */
export function parsePacket(bytes: Uint8Array, version: MqttVersion): Packet {
  // A parser takes on the version of a CONNECT that it reads, so such a one is not used again.
  const isConnect = bytes[0] === connectType;
  const reader = (isConnect ? undefined : readers.get(version)) ?? newReader(version);
  if (!isConnect) readers.set(version, reader);
  reader.packet = null;
  reader.flaw = null;
  try {
    reader.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    reader.flaw = cause;
  }
  const { packet, flaw } = reader;
  if (flaw === null && packet) return packet;
  // It may have stopped half way.
  readers.delete(version);
  throw new EdgeError('packet-malformed', 'the packet is malformed', {}, { cause: flaw });
}

function newReader(version: MqttVersion): Reader {
  const source = parser({ protocolVersion: version });
  const reader: Reader = { parse: (bytes) => void source.parse(bytes), packet: null, flaw: null };
  source.on('packet', (packet) => {
    reader.packet = packet;
  });
  source.on('error', (error: Error) => {
    reader.flaw = error;
  });
  return reader;
}

/** Bytes of a packet as the given version writes it. */
export function encodePacket(packet: Packet, version: MqttVersion): Uint8Array {
  return generate(packet, { protocolVersion: version });
}

/**
 * The protocol level of a CONNECT packet (3.1.1 §3.1.2.2, 5 §3.1.2.2), or `null` where the bytes are no CONNECT. It is
 * read by hand because a level that is not spoken here has to be answered and not just dropped [MQTT-3.1.2-2].
 */
export function connectProtocolLevel(bytes: Uint8Array): number | null {
  if (bytes[0] !== connectType) return null;
  let at = 1;
  while ((bytes[at] ?? 0) >= 0x80) at++;
  at++;
  const nameLength = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return bytes[at + 2 + nameLength] ?? null;
}
