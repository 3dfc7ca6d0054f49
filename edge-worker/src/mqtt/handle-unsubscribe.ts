import type { IUnsubscribePacket } from 'mqtt-packet';
import { closeCode, reason } from './reason.ts';
import { type Effect, endWith, type OpenSession, type Step } from './session.ts';

/**
 * UNSUBSCRIBE (§3.10): each filter is deleted by its exact characters [MQTT-3.10.4-1] and UNSUBACK is sent even where
 * none existed [MQTT-3.10.4-5]; MQTT 5 hears of each [MQTT-3.11.3-1].
 */
export function handleUnsubscribe(
  session: OpenSession,
  packet: IUnsubscribePacket,
  existing: ReadonlySet<string>,
): Step {
  const { unsubscriptions } = packet;
  if (unsubscriptions.length === 0) return endWith(session, closeCode.policy, reason.protocolError);
  const granted = unsubscriptions.map((filter) =>
    existing.has(filter) ? reason.success : reason.noSubscriptionExisted,
  );
  const effects: Effect[] = unsubscriptions.map((filter) => ({ kind: 'unsubscribe', filter }));
  effects.push({ kind: 'send', packet: { cmd: 'unsuback', messageId: packet.messageId ?? 0, granted } });
  return { session, effects };
}
