import type { IPublishPacket } from 'mqtt-packet';
import { maxUnacknowledgedUntold, receiveMaximum } from './limits.ts';
import { closeCode, reason } from './reason.ts';
import { endWith, type OpenSession, type Step } from './session.ts';
import { isTopicName } from './topic.ts';
import { mayPublish, parseDeviceTopic } from './topic-access.ts';

export interface PublishFacts {
  readonly unacknowledged: number;
  readonly isBusy: boolean;
}

/**
 * PUBLISH (§3.3). What may go on goes to the intake, which acknowledges after its commit. `unacknowledged` counts the
 * client's QoS 1 messages that still wait there.
 */
export function handlePublish(
  session: OpenSession,
  packet: IPublishPacket,
  { unacknowledged, isBusy }: PublishFacts,
): Step {
  const { version } = session;
  if (!isTopicName(packet.topic)) {
    // Without aliases (Topic Alias Maximum is absent, so 0) a topic is never empty [MQTT-3.3.2-8, MQTT-3.3.2-9].
    if (version === 5 && packet.properties?.topicAlias !== undefined) {
      return endWith(session, closeCode.policy, reason.topicAliasInvalid);
    }
    return endWith(session, closeCode.policy, packet.topic === '' ? reason.protocolError : reason.topicNameInvalid);
  }
  if (packet.properties?.topicAlias !== undefined) return endWith(session, closeCode.policy, reason.topicAliasInvalid);
  // CONNACK said Maximum QoS 1 [MQTT-3.2.2-11]; 3.1.1 cannot be told and is disconnected too.
  if (packet.qos === 2) return endWith(session, closeCode.policy, reason.qosNotSupported);
  // CONNACK said Retain Available 0 [MQTT-3.2.2-14]. A 3.1.1 client was not told: its flag is passed over.
  if (packet.retain && version === 5) return endWith(session, closeCode.policy, reason.retainNotSupported);
  const most = version === 5 ? receiveMaximum : maxUnacknowledgedUntold;
  if (packet.qos === 1 && unacknowledged >= most) {
    return endWith(session, closeCode.policy, reason.receiveMaximumExceeded);
  }
  if (isBusy) return endWith(session, closeCode.policy, reason.serverBusy);
  const topic = parseDeviceTopic(packet.topic);
  const allowed = mayPublish(session.principal, topic);
  const payload = typeof packet.payload === 'string' ? new TextEncoder().encode(packet.payload) : packet.payload;
  const publish = {
    qos: packet.qos,
    packetId: packet.qos === 0 ? null : (packet.messageId ?? null),
    dup: packet.dup,
    topic: allowed ? topic : null,
    payload,
  };
  return { session, effects: [{ kind: 'publish', publish }] };
}
