import type { Bytes } from '@hopline/protocol';
import type { IConnectPacket, Packet } from 'mqtt-packet';
import type { Clock } from '../clock.ts';
import { EdgeError } from '../error.ts';
import type { SessionStore } from '../store/session-store.ts';
import { connectProtocolLevel, parsePacket } from './codec.ts';
import type { Connection, RestStore } from './connection.ts';
import { Delivery } from './delivery.ts';
import { FailureBucket } from './failure-bucket.ts';
import { type AcceptedConnect, handleConnect, type Identity, refuse } from './handle-connect.ts';
import { handlePacket } from './handle-packet.ts';
import { connectTimeoutMs, maxPacketBytes, maxSessions } from './limits.ts';
import { splitPackets } from './packet-splitter.ts';
import { closeCode, reason, returnCode } from './reason.ts';
import {
  type Effect,
  endWith,
  type InboundPublish,
  type NewSession,
  type OpenSession,
  principalName,
  type Step,
} from './session.ts';
import { SessionEnds } from './session-ends.ts';
import { Sockets } from './sockets.ts';

/** What the broker needs from the node around it. */
export interface BrokerPorts {
  readonly context: DurableObjectState;
  readonly clock: Clock;
  readonly sessions: SessionStore;
  readonly rests: RestStore;
  /** Judges the credentials of a CONNECT. */
  identify(username: string | undefined, password: Uint8Array | undefined): Promise<Identity>;
  /** Takes a PUBLISH in; it is acknowledged through `acknowledge` once it is committed. */
  take(connection: Connection, publish: InboundPublish): void;
  /** Whether the intake has room for more. */
  hasRoom(): boolean;
  /** A deadline of some connection or session may have come nearer. */
  deadlineMoved(): void;
  /** Messages for a session were lost because its queue was full. */
  dropped(messages: number): void;
}

/** The MQTT side of an edge node: connections, sessions and the distribution of messages. */
export class Broker {
  readonly #ports: BrokerPorts;
  readonly #sockets: Sockets;
  readonly #ends: SessionEnds;
  readonly #failures = new FailureBucket();
  readonly delivery: Delivery;

  constructor(ports: BrokerPorts) {
    this.#ports = ports;
    this.#sockets = new Sockets(ports.context, ports.rests);
    this.delivery = new Delivery({
      sessions: ports.sessions,
      connectionOf: (session) => this.#connectionOfSession(session),
      dropped: ports.dropped,
    });
    this.#ends = new SessionEnds(ports.sessions, this.delivery);
  }

  /**
   * Answers an upgrade; `null` where there are as many sockets as one object can have. The client must offer the subprotocol
   * `mqtt` and is told so [MQTT-6.0.0-3, MQTT-6.0.0-4].
   */
  accept(): Response | null {
    const client = this.#sockets.accept(this.#ports.clock.nowMs());
    if (!client) return null;
    this.#ports.deadlineMoved();
    return new Response(null, { status: 101, webSocket: client, headers: { 'sec-websocket-protocol': 'mqtt' } });
  }

  /** One frame: handled after the frames before it of the same connection. */
  receive(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    const connection = this.#sockets.connectionOf(socket);
    const work = connection.tail.then(() => this.#handleFrame(connection, message));
    connection.tail = work.catch(() => {
      // The caller gets the error below; the next frame only needs to know that this one is over.
    });
    return work;
  }

  /** The socket is gone without a DISCONNECT: the will goes out [MQTT-3.1.2-8]. */
  lost(socket: WebSocket): void {
    const connection = this.#sockets.connectionOf(socket);
    const { session } = connection;
    if (session.phase === 'open') this.#end(session, true, session.sessionExpirySeconds);
    connection.session = { phase: 'closed', connection: session.connection, lastSeenMs: session.lastSeenMs };
    this.#sockets.forget(socket);
  }

  /** Connections with an open session. */
  open(): { connection: Connection; session: OpenSession }[] {
    return this.#sockets.open();
  }

  /** Sends PUBACK or what else the intake says of a PUBLISH; leaves the flush to the caller. */
  acknowledge(connection: Connection, publish: InboundPublish, packet: Packet | null): void {
    if (publish.qos === 1) connection.unacknowledged--;
    if (packet && connection.isOpen) connection.send(packet);
  }

  /** Ends a session from the server's side. */
  disconnect(connection: Connection, reasonCode: number, why?: string): void {
    this.#apply(connection, endWith(connection.session, closeCode.policy, reasonCode, why));
    connection.save();
  }

  /**
   * Looks after deadlines: silent clients [MQTT-3.1.2-22], sockets without CONNECT, wills and sessions that are due.
   * Returns the time of the next one, or `null`.
   */
  tick(nowMs: number): number | null {
    let next = Number.POSITIVE_INFINITY;
    for (const connection of this.#sockets.all()) {
      const deadline = deadlineMs(connection);
      if (deadline > nowMs) next = Math.min(next, deadline);
      else this.disconnect(connection, reason.keepAliveTimeout);
    }
    next = Math.min(next, this.#ends.settleDue(nowMs) ?? next);
    return Number.isFinite(next) ? next : null;
  }

  /** After a new start of the process no socket of before is left: their sessions are away from now on. */
  reapLost(nowMs: number): void {
    this.#ends.reapLost(nowMs, (connection) => this.#sockets.isThere(connection));
  }

  async #handleFrame(connection: Connection, message: ArrayBuffer | string): Promise<void> {
    if (connection.session.phase === 'closed' || connection.isHeld) return;
    if (typeof message === 'string') {
      // Frames must be binary [MQTT-6.0.0-1].
      this.#apply(connection, endWith(connection.session, closeCode.unsupportedData, reason.malformedPacket));
      return connection.save();
    }
    // Until its CONNECT is whole a socket is as old as it is: who sends it byte by byte gets no longer than who sends none.
    if (connection.session.phase === 'open') {
      connection.session = { ...connection.session, lastSeenMs: this.#ports.clock.nowMs() };
    }
    const { packets, rest, flaw } = splitPackets(connection.rest, new Uint8Array(message), maxPacketBytes);
    connection.rest = rest;
    for (const bytes of packets) await this.#handleBytes(connection, bytes);
    if (flaw) {
      const code = flaw === 'too-large' ? reason.packetTooLarge : reason.malformedPacket;
      this.#apply(connection, endWith(connection.session, closeCode.policy, code));
    }
    connection.flush();
    connection.save();
  }

  async #handleBytes(connection: Connection, bytes: Bytes): Promise<void> {
    const { session } = connection;
    if (session.phase === 'closed') return;
    try {
      if (session.phase === 'new') await this.#connect(connection, session, bytes);
      else this.#apply(connection, this.#step(connection, session, bytes));
    } catch (error) {
      if (!(error instanceof EdgeError) || error.code !== 'packet-malformed') throw error;
      this.#apply(connection, endWith(connection.session, closeCode.policy, reason.malformedPacket));
    }
  }

  #step(connection: Connection, session: OpenSession, bytes: Bytes): Step {
    return handlePacket(session, parsePacket(bytes, session.version), {
      filters: () => this.#ports.sessions.filters(session.key),
      unacknowledged: connection.unacknowledged,
      isBusy: !this.#ports.hasRoom(),
    });
  }

  /** The first packet must be CONNECT [MQTT-3.1.0-1]. */
  async #connect(connection: Connection, session: NewSession, bytes: Bytes): Promise<void> {
    const level = connectProtocolLevel(bytes);
    if (level === null) return this.#apply(connection, endWith(session, closeCode.policy, reason.protocolError));
    if (level !== 4 && level !== 5) {
      // Later levels get MQTT 5's code, earlier ones that of 3.1.1 [MQTT-3.1.2-2].
      connection.version = level > 5 ? 5 : 4;
      const step = refuse(session, connection.version, reason.unsupportedVersion, returnCode.unacceptableVersion);
      return this.#apply(connection, step);
    }
    connection.version = level;
    const packet = parsePacket(bytes, level) as IConnectPacket;
    const identity = await this.#ports.identify(packet.username, packet.password);
    // The client may have gone while its password was hashed.
    if (connection.session.phase !== 'new') return;
    if (identity.kind === 'bad-credentials' && !this.#failures.take(this.#ports.clock.nowMs())) {
      // Good credentials are judged all the same: a stranger must not be able to keep the node's devices out.
      connection.isHeld = true;
      return;
    }
    const arrived = { ...session, lastSeenMs: this.#ports.clock.nowMs() };
    const accepted = handleConnect(arrived, packet, identity, crypto.randomUUID());
    if ('effects' in accepted) this.#apply(connection, accepted);
    else this.#open(connection, accepted);
  }

  /** Takes over from an older connection of the same session, then answers [MQTT-3.1.4-3, MQTT-3.1.4-4]. */
  #open(connection: Connection, { session, connack, cleanStart, will }: AcceptedConnect): void {
    const { sessions } = this.#ports;
    const before = this.#connectionOfSession(session.key);
    if (before) this.disconnect(before, reason.sessionTakenOver);
    const stored = sessions.find(session.key);
    if (!stored && sessions.count() >= maxSessions) {
      const { connection: id, lastSeenMs } = session;
      const unopened: NewSession = { phase: 'new', connection: id, lastSeenMs };
      const step = refuse(unopened, session.version, reason.quotaExceeded, returnCode.serverUnavailable);
      this.#apply(connection, step);
      return;
    }
    // A will that still waits is cancelled by the new connection, unless that ends the session [MQTT-3.1.3-9].
    if (stored && cleanStart) this.#ends.discard(session.key, this.#ports.clock.nowMs());
    const sessionPresent = stored !== null && !cleanStart;
    sessions.open(
      session.key,
      principalName(session.principal),
      session.connection,
      session.sessionExpirySeconds,
      will,
    );
    connection.session = session;
    this.#sockets.left(connection);
    connection.send({ ...connack, sessionPresent });
    if (sessionPresent) this.delivery.resend(connection);
    this.#ports.deadlineMoved();
  }

  #apply(connection: Connection, step: Step): void {
    const before = connection.session;
    // What a closing step still sends goes out under the open session's rules.
    for (const effect of step.effects) this.#run(connection, before, effect);
    connection.session = step.session;
    if (step.session.phase !== 'new') this.#sockets.left(connection);
  }

  #run(connection: Connection, session: Connection['session'], effect: Effect): void {
    if (effect.kind === 'send') connection.send(effect.packet);
    else if (effect.kind === 'close') connection.close(effect.code);
    else if (session.phase === 'open') this.#runOpen(connection, session, effect);
  }

  #runOpen(
    connection: Connection,
    session: OpenSession,
    effect: Exclude<Effect, { kind: 'send' } | { kind: 'close' }>,
  ): void {
    const { sessions, take } = this.#ports;
    switch (effect.kind) {
      case 'publish':
        if (effect.publish.qos === 1) connection.unacknowledged++;
        take(connection, effect.publish);
        break;
      case 'subscribe':
        sessions.subscribe({ session: session.key, ...effect });
        break;
      case 'unsubscribe':
        sessions.unsubscribe(session.key, effect.filter);
        break;
      case 'delivered':
        sessions.delivered(session.key, effect.packetId);
        this.delivery.pump(connection);
        break;
      case 'end':
        this.#end(session, effect.will, effect.expirySeconds);
        break;
    }
  }

  #end(session: OpenSession, will: boolean, expirySeconds: number): void {
    const waits = this.#ends.end(session, will, expirySeconds, this.#ports.clock.nowMs());
    if (waits) this.#ports.deadlineMoved();
  }

  #connectionOfSession(key: string): Connection | null {
    const tag = this.#ports.sessions.find(key)?.connection;
    return tag ? this.#sockets.openUnder(tag) : null;
  }
}

/** One and a half times the keep alive after the last packet [MQTT-3.1.2-22], with the attachment's coarseness added. */
function deadlineMs({ session }: Connection): number {
  if (session.phase !== 'open') return session.lastSeenMs + connectTimeoutMs;
  if (session.keepAliveSeconds === 0) return Number.POSITIVE_INFINITY;
  return session.lastSeenMs + session.keepAliveSeconds * 1500 + attachedTimeCoarsenessMs;
}

/** The last packet's time in the attachment may be this much older than it was. */
const attachedTimeCoarsenessMs = 1000;
