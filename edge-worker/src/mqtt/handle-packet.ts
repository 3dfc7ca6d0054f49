import type { Packet } from 'mqtt-packet';
import { handleDisconnect } from './handle-disconnect.ts';
import { handlePingreq } from './handle-pingreq.ts';
import { handlePuback } from './handle-puback.ts';
import { handlePublish } from './handle-publish.ts';
import { handleSubscribe } from './handle-subscribe.ts';
import { handleUnsubscribe } from './handle-unsubscribe.ts';
import { closeCode, reason } from './reason.ts';
import { endWith, type OpenSession, type Step } from './session.ts';

/** What a handler may know beside the session and the packet. */
export interface SessionFacts {
  readonly filters: () => ReadonlySet<string>;
  readonly unacknowledged: number;
  /** The intake has no room: whoever publishes has to come again. */
  readonly isBusy: boolean;
}

/** One step of an open session. Pure: the broker runs the effects. */
export function handlePacket(session: OpenSession, packet: Packet, facts: SessionFacts): Step {
  switch (packet.cmd) {
    case 'publish':
      return handlePublish(session, packet, facts);
    case 'puback':
      return handlePuback(session, packet);
    case 'subscribe':
      return handleSubscribe(session, packet, facts.filters());
    case 'unsubscribe':
      return handleUnsubscribe(session, packet, facts.filters());
    case 'pingreq':
      return handlePingreq(session);
    case 'disconnect':
      return handleDisconnect(session, packet);
    // A second CONNECT is a protocol error [MQTT-3.1.0-2]; the others only a server sends, or belong to QoS 2 or AUTH.
    case 'connect':
    case 'connack':
    case 'suback':
    case 'unsuback':
    case 'pingresp':
    case 'pubrec':
    case 'pubrel':
    case 'pubcomp':
    case 'auth':
      return endWith(session, closeCode.policy, reason.protocolError);
  }
}
