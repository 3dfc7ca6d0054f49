import type { IPubackPacket } from 'mqtt-packet';
import type { OpenSession, Step } from './session.ts';

/**
 * PUBACK (§3.4) of a client for what the broker sent it: the message has been taken over and is not sent again
 * [MQTT-4.3.2-1 seen from the sender]. An unknown identifier is passed over.
 */
export function handlePuback(session: OpenSession, packet: IPubackPacket): Step {
  if (packet.messageId === undefined) return { session, effects: [] };
  return { session, effects: [{ kind: 'delivered', packetId: packet.messageId }] };
}
