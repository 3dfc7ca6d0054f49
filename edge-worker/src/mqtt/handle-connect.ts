import { toBase64Url } from '@hopline/protocol';
import type { IConnackPacket, IConnectPacket } from 'mqtt-packet';
import type { MqttVersion } from './codec.ts';
import {
  maxClientIdCharacters,
  maxKeepAliveSeconds,
  maxPacketBytes,
  maxSessionExpirySeconds,
  maxWillBytes,
  receiveMaximum,
} from './limits.ts';
import { closeCode, reason, returnCode } from './reason.ts';
import { type NewSession, type OpenSession, type Principal, principalName, type Step, type Will } from './session.ts';
import { mayPublish, parseDeviceTopic } from './topic-access.ts';

/** Whether the credentials hold. `unavailable`: there is no valid registry copy to judge by. */
export type Identity =
  | { readonly kind: 'known'; readonly principal: Principal }
  | { readonly kind: 'bad-credentials' | 'not-authorised' | 'unavailable' };

export interface AcceptedConnect {
  readonly session: OpenSession;
  /** CONNACK without its Session Present flag, which only the store can tell. */
  readonly connack: IConnackPacket;
  readonly cleanStart: boolean;
  readonly will: Will | null;
}

/** Session expiry of MQTT 5 that means for ever. */
const neverExpires = 0xffff_ffff;
const defaultReceiveMaximum = 65_535;

/**
 * CONNECT (3.1.1 and 5 §3.1): accepts it, or says the step that refuses it. `newClientId` is used where the client
 * leaves the choice to the server [MQTT-3.1.3-6].
 */
export function handleConnect(
  session: NewSession,
  packet: IConnectPacket,
  identity: Identity,
  newClientId: string,
): AcceptedConnect | Step {
  const version = packet.protocolVersion === 5 ? 5 : 4;
  const { properties } = packet;
  if (version === 5 && properties?.authenticationMethod !== undefined) {
    // Only user name and password here; extended authentication is refused by name [MQTT-4.12.0-1].
    return refuse(session, version, reason.badAuthenticationMethod, returnCode.notAuthorised);
  }
  if (packet.clientId.length > maxClientIdCharacters || packet.clientId.includes('\0')) {
    return refuse(session, version, reason.clientIdInvalid, returnCode.identifierRejected);
  }
  // A 3.1.1 client without an id must ask for a clean session [MQTT-3.1.3-7, MQTT-3.1.3-8].
  if (version === 4 && packet.clientId === '' && !packet.clean) {
    return refuse(session, version, reason.clientIdInvalid, returnCode.identifierRejected);
  }
  if (identity.kind !== 'known') return refuseIdentity(session, version, identity.kind);
  const { principal } = identity;
  const flaw = willFlaw(packet, principal);
  if (flaw !== null) return refuse(session, version, flaw, returnCode.notAuthorised);

  const clientId = packet.clientId || newClientId;
  const opened: OpenSession = {
    phase: 'open',
    connection: session.connection,
    lastSeenMs: session.lastSeenMs,
    version,
    key: `${principalName(principal)} ${clientId}`,
    principal,
    keepAliveSeconds: keepAlive(packet, version),
    sessionExpirySeconds: sessionExpiry(packet, version),
    receiveMaximum: properties?.receiveMaximum ?? defaultReceiveMaximum,
    maxPacketBytes: properties?.maximumPacketSize ?? Number.MAX_SAFE_INTEGER,
  };
  return {
    session: opened,
    connack: accepted(packet, opened, clientId),
    cleanStart: packet.clean === true,
    will: willOf(packet),
  };
}

/** A refused CONNECT is answered with its code and the connection closed [MQTT-3.2.2-5 (3.1.1), MQTT-3.2.2-7 (5)]. */
export function refuse(session: NewSession, version: MqttVersion, reasonCode: number, code: number): Step {
  const answer = version === 5 ? { reasonCode } : { returnCode: code };
  return {
    session: { phase: 'closed', connection: session.connection, lastSeenMs: session.lastSeenMs },
    effects: [
      // Session Present is 0 in every refusal [MQTT-3.2.2-4 (3.1.1), MQTT-3.2.2-6 (5)].
      { kind: 'send', packet: { cmd: 'connack', sessionPresent: false, ...answer } },
      { kind: 'close', code: closeCode.normal },
    ],
  };
}

function refuseIdentity(session: NewSession, version: MqttVersion, why: Exclude<Identity['kind'], 'known'>): Step {
  if (why === 'bad-credentials') return refuse(session, version, reason.badCredentials, returnCode.badCredentials);
  if (why === 'not-authorised') return refuse(session, version, reason.notAuthorised, returnCode.notAuthorised);
  return refuse(session, version, reason.serverUnavailable, returnCode.serverUnavailable);
}

function accepted(packet: IConnectPacket, session: OpenSession, clientId: string): IConnackPacket {
  if (session.version === 4) return { cmd: 'connack', sessionPresent: false, returnCode: returnCode.accepted };
  const { properties } = packet;
  return {
    cmd: 'connack',
    sessionPresent: false,
    reasonCode: reason.success,
    properties: {
      receiveMaximum,
      maximumQoS: 1,
      retainAvailable: false,
      maximumPacketSize: maxPacketBytes,
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      // An id that the server chose must be told [MQTT-3.2.2-16].
      ...(packet.clientId === '' && { assignedClientIdentifier: clientId }),
      ...(session.sessionExpirySeconds !== (properties?.sessionExpiryInterval ?? 0) && {
        sessionExpiryInterval: session.sessionExpirySeconds,
      }),
      // The client must then keep the server's value [MQTT-3.1.2-21].
      ...(session.keepAliveSeconds !== (packet.keepalive ?? 0) && { serverKeepAlive: session.keepAliveSeconds }),
    },
  };
}

/** MQTT 5 can be told another keep alive; 3.1.1 cannot, so there the client's own counts, 0 included. */
function keepAlive(packet: IConnectPacket, version: MqttVersion): number {
  const wanted = packet.keepalive ?? 0;
  if (version === 4) return wanted;
  return wanted === 0 || wanted > maxKeepAliveSeconds ? maxKeepAliveSeconds : wanted;
}

/** 3.1.1 sessions end with their connection when clean, and otherwise as late as any. */
function sessionExpiry(packet: IConnectPacket, version: MqttVersion): number {
  if (version === 4) return packet.clean ? 0 : maxSessionExpirySeconds;
  const wanted = packet.properties?.sessionExpiryInterval ?? 0;
  return wanted === neverExpires ? maxSessionExpirySeconds : Math.min(wanted, maxSessionExpirySeconds);
}

/** A will goes to the client's own `status/{device}`, unretained, at QoS 0 or 1; `null` where nothing is wrong. */
function willFlaw(packet: IConnectPacket, principal: Principal): number | null {
  const { will } = packet;
  if (!will) return null;
  // What CONNACK calls unavailable may not be asked for in a will either [MQTT-3.2.2-12, MQTT-3.2.2-13].
  if (will.qos === 2) return reason.qosNotSupported;
  if (will.retain && packet.protocolVersion === 5) return reason.retainNotSupported;
  const topic = parseDeviceTopic(will.topic);
  if (!mayPublish(principal, topic) || topic.kind !== 'status') return reason.notAuthorised;
  return will.payload.length > maxWillBytes ? reason.packetTooLarge : null;
}

function willOf({ will }: IConnectPacket): Will | null {
  if (!will) return null;
  const payload = typeof will.payload === 'string' ? new TextEncoder().encode(will.payload) : will.payload;
  return {
    topic: will.topic,
    payload: toBase64Url(payload),
    delaySeconds: will.properties?.willDelayInterval ?? 0,
  };
}
