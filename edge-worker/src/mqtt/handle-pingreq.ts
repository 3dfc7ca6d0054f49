import type { OpenSession, Step } from './session.ts';

/** PINGREQ (§3.12): answered by PINGRESP [MQTT-3.12.4-1]. */
export function handlePingreq(session: OpenSession): Step {
  return { session, effects: [{ kind: 'send', packet: { cmd: 'pingresp' } }] };
}
