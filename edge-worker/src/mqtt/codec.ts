import { Buffer } from 'node:buffer';
import { generate, type Packet, parser } from 'mqtt-packet';
import { EdgeError } from '../error.ts';

/** Protocol levels that the broker speaks: 4 is MQTT 3.1.1, 5 is MQTT 5. */
export type MqttVersion = 4 | 5;

/** Reads one whole packet. Throws `packet-malformed`. CONNECT says its version itself; others are read as `version`. */
export function parsePacket(bytes: Uint8Array, version: MqttVersion): Packet {
  // One parser a packet: after a CONNECT it takes on that connection's version, and an error leaves it half way.
  const reader = parser({ protocolVersion: version });
  let packet: Packet | null = null;
  let flaw: Error | null = null;
  reader.on('packet', (parsed) => {
    packet = parsed;
  });
  reader.on('error', (error: Error) => {
    flaw = error;
  });
  try {
    reader.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new EdgeError('packet-malformed', 'the packet cannot be read', {}, { cause });
  }
  if (flaw || !packet) throw new EdgeError('packet-malformed', 'the packet is malformed', {}, { cause: flaw });
  return packet;
}

/** Bytes of a packet as the given version writes it. */
export function encodePacket(packet: Packet, version: MqttVersion): Uint8Array {
  return generate(packet, { protocolVersion: version });
}

const connectType = 0x10;

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
