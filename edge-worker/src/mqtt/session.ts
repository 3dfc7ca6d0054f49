import type { Packet } from 'mqtt-packet';
import type { MqttVersion } from './codec.ts';
import type { DeviceTopicKind } from './topic-access.ts';

/** Who is behind a connection. */
export type Principal =
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'operator'; readonly name: string };

export function principalName(principal: Principal): string {
  return principal.kind === 'device' ? principal.device : `operator:${principal.name}`;
}

/**
 *   new ──CONNECT accepted──▶ open ──DISCONNECT, error, take-over, silence──▶ closed
 *    └──anything else, refusal, silence──────────────────────────────────────▶ closed
 *
 * What of a connection must outlive the object's memory: it lies in the WebSocket's attachment while the object sleeps.
 */
export type Session = NewSession | OpenSession | ClosedSession;

export interface NewSession {
  readonly phase: 'new';
  readonly connection: string;
  readonly lastSeenMs: number;
}

export interface OpenSession {
  readonly phase: 'open';
  readonly connection: string;
  readonly lastSeenMs: number;
  readonly version: MqttVersion;
  /** Name of the session in the store: principal and client id, so that nobody takes over a stranger's session. */
  readonly key: string;
  readonly principal: Principal;
  /** 0: the client may stay silent for ever [MQTT-3.1.2-22 does not apply]. */
  readonly keepAliveSeconds: number;
  readonly sessionExpirySeconds: number;
  /** What the client takes: unacknowledged QoS 1 messages at once, and bytes of one packet. */
  readonly receiveMaximum: number;
  readonly maxPacketBytes: number;
}

export interface ClosedSession {
  readonly phase: 'closed';
  readonly connection: string;
  readonly lastSeenMs: number;
}

/** A PUBLISH on its way to the intake, which answers all of them in the order of their arrival [MQTT-4.6.0-2]. */
export interface InboundPublish {
  readonly qos: 0 | 1;
  readonly packetId: number | null;
  readonly dup: boolean;
  /** `null`: the topic is not this client's to publish to. */
  readonly topic: { readonly kind: DeviceTopicKind; readonly device: string } | null;
  readonly payload: Uint8Array;
}

export interface Will {
  readonly topic: string;
  /** base64url. */
  readonly payload: string;
  readonly delaySeconds: number;
}

/** What a step of the session asks the broker to do, in order. */
export type Effect =
  | { readonly kind: 'send'; readonly packet: Packet }
  | { readonly kind: 'publish'; readonly publish: InboundPublish }
  | { readonly kind: 'subscribe'; readonly filter: string; readonly qos: 0 | 1; readonly noLocal: boolean }
  | { readonly kind: 'unsubscribe'; readonly filter: string }
  | { readonly kind: 'delivered'; readonly packetId: number }
  /** The connection ends. `will` says whether the will message goes out. */
  | { readonly kind: 'end'; readonly will: boolean; readonly expirySeconds: number }
  | { readonly kind: 'close'; readonly code: number };

export interface Step {
  readonly session: Session;
  readonly effects: readonly Effect[];
}

/** Ends a session of either phase and closes its socket; MQTT 5 is told why [MQTT-4.13.1-1, §4.13]. */
export function endWith(session: Session, code: number, reasonCode: number, why?: string): Step {
  const closed: ClosedSession = { phase: 'closed', connection: session.connection, lastSeenMs: session.lastSeenMs };
  if (session.phase !== 'open') return { session: closed, effects: [{ kind: 'close', code }] };
  const effects: Effect[] = [];
  if (session.version === 5) {
    const properties = why === undefined ? {} : { properties: { reasonString: why } };
    effects.push({ kind: 'send', packet: { cmd: 'disconnect', reasonCode, ...properties } });
  }
  effects.push({ kind: 'end', will: true, expirySeconds: session.sessionExpirySeconds }, { kind: 'close', code });
  return { session: closed, effects };
}
