import { Buffer } from 'node:buffer';
import type { Bytes } from '@hopline/protocol';
import type { Packet } from 'mqtt-packet';
import type { SessionStore } from '../store/session-store.ts';
import type { Connection } from './connection.ts';

/** QoS 1 messages on their way to one client. */
const maxInFlight = 100;

export interface DeliveryPorts {
  readonly sessions: SessionStore;
  /** The open connection that a session is on, or `null`. */
  connectionOf(session: string): Connection | null;
  /** Messages for a session were lost because its queue was full. */
  dropped(messages: number): void;
}

/** Brings messages to those who subscribed to their topic: at most once, or for alerts at least once. */
export class Delivery {
  readonly #ports: DeliveryPorts;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  /** Distributes a message (§3.3.4, §4.7). `from` is the publishing session, for the No Local option [MQTT-3.8.3-3]. */
  distribute(topic: string, payload: Bytes, qos: 0 | 1, from: string | null): void {
    const { sessions, connectionOf, dropped } = this.#ports;
    for (const subscriber of sessions.subscribers(topic)) {
      if (subscriber.noLocal && subscriber.session === from) continue;
      const connection = connectionOf(subscriber.session);
      if (Math.min(qos, subscriber.qos) === 0) {
        connection?.send(publishPacket(topic, payload, null, false));
      } else if (sessions.queue(subscriber.session, topic, payload)) {
        if (connection) this.pump(connection);
      } else {
        dropped(1);
      }
      connection?.flush();
    }
  }

  /** What was on its way when the last connection broke is sent again, marked as a duplicate [MQTT-4.4.0-1]. */
  resend(connection: Connection): void {
    const { session } = connection;
    if (session.phase !== 'open') return;
    for (const { packetId, topic, payload } of this.#ports.sessions.deliveries(session.key, true, maxInFlight)) {
      connection.send(publishPacket(topic, payload, packetId, true));
    }
    this.pump(connection);
  }

  /** Sends what waits for a client, as far as its Receive Maximum goes [MQTT-3.3.4-9]. */
  pump(connection: Connection): void {
    const { session } = connection;
    if (session.phase !== 'open') return;
    const { sessions } = this.#ports;
    const window = Math.min(session.receiveMaximum, maxInFlight);
    const used = new Set(sessions.deliveries(session.key, true, maxInFlight).map((delivery) => delivery.packetId));
    if (used.size >= window) return;
    let packetId = 0;
    for (const { id, topic, payload } of sessions.deliveries(session.key, false, window - used.size)) {
      do packetId++;
      while (used.has(packetId));
      sessions.markSent(id, packetId);
      connection.send(publishPacket(topic, payload, packetId, false));
    }
  }
}

function publishPacket(topic: string, payload: Bytes, packetId: number | null, dup: boolean): Packet {
  const message = { cmd: 'publish', topic, payload: Buffer.from(payload), retain: false } as const;
  return packetId === null ? { ...message, dup: false, qos: 0 } : { ...message, dup, qos: 1, messageId: packetId };
}
