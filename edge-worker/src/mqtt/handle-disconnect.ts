import type { IDisconnectPacket } from 'mqtt-packet';
import { maxSessionExpirySeconds } from './limits.ts';
import { closeCode, reason } from './reason.ts';
import { endWith, type OpenSession, type Step } from './session.ts';

const disconnectWithWill = 0x04;

/**
 * DISCONNECT (§3.14): the will is discarded [MQTT-3.14.4-3] unless MQTT 5 asks for it (0x04). MQTT 5 may change the
 * session's expiry here, but not from 0 to something else [MQTT-3.14.2.2.2].
 */
export function handleDisconnect(session: OpenSession, packet: IDisconnectPacket): Step {
  const wanted = packet.properties?.sessionExpiryInterval;
  if (wanted !== undefined && wanted > 0 && session.sessionExpirySeconds === 0) {
    return endWith(session, closeCode.policy, reason.protocolError);
  }
  const expirySeconds = Math.min(wanted ?? session.sessionExpirySeconds, maxSessionExpirySeconds);
  const will = session.version === 5 && packet.reasonCode === disconnectWithWill;
  return {
    session: { phase: 'closed', connection: session.connection, lastSeenMs: session.lastSeenMs },
    effects: [
      { kind: 'end', will, expirySeconds },
      { kind: 'close', code: closeCode.normal },
    ],
  };
}
