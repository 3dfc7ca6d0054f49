import type { ISubscribePacket } from 'mqtt-packet';
import { maxSubscriptionsPerSession } from './limits.ts';
import { closeCode, reason, returnCode } from './reason.ts';
import { type Effect, endWith, type OpenSession, type Step } from './session.ts';
import { isTopicFilter } from './topic.ts';
import { grantedQos, maySubscribe } from './topic-access.ts';

/**
 * SUBSCRIBE (§3.8): answered by one SUBACK with a code for each filter, in their order [MQTT-3.8.4-1, MQTT-3.9.3-1]. A
 * filter that the session has already is replaced [MQTT-3.8.4-3]. `existing` are the session's filters now.
 */
export function handleSubscribe(session: OpenSession, packet: ISubscribePacket, existing: ReadonlySet<string>): Step {
  if (packet.subscriptions.length === 0) return endWith(session, closeCode.policy, reason.protocolError);
  if (packet.properties?.subscriptionIdentifier !== undefined) {
    return endWith(session, closeCode.policy, reason.subscriptionIdsNotSupported);
  }
  const filters = new Set(existing);
  const granted: number[] = [];
  const effects: Effect[] = [];
  for (const { topic, qos, nl } of packet.subscriptions) {
    const refusal = refusalOf(session, topic, filters);
    if (refusal !== null) {
      granted.push(session.version === 5 ? refusal : returnCode.subscriptionFailure);
      continue;
    }
    filters.add(topic);
    const given = grantedQos(topic, qos);
    granted.push(given);
    effects.push({ kind: 'subscribe', filter: topic, qos: given, noLocal: nl === true });
  }
  // Effects run in order: the subscriptions are stored before their SUBACK leaves.
  effects.push({ kind: 'send', packet: { cmd: 'suback', messageId: packet.messageId ?? 0, granted } });
  return { session, effects };
}

function refusalOf(session: OpenSession, filter: string, filters: ReadonlySet<string>): number | null {
  // CONNACK said Shared Subscription Available 0; in 3.1.1 the filter would mean nothing.
  if (filter.startsWith('$share/')) return reason.sharedNotSupported;
  if (!isTopicFilter(filter)) return reason.topicFilterInvalid;
  if (!maySubscribe(session.principal, filter)) return reason.notAuthorised;
  return !filters.has(filter) && filters.size >= maxSubscriptionsPerSession ? reason.quotaExceeded : null;
}
