import { type Bytes, concat } from '@hopline/protocol';
import type { Packet } from 'mqtt-packet';
import { encodePacket, type MqttVersion } from './codec.ts';
import { maxAttachedRestBytes } from './limits.ts';
import type { Session } from './session.ts';

/** What lies in the WebSocket's attachment while the object sleeps. */
interface Attachment {
  readonly session: Session;
  /** Beginning of a packet whose end has not arrived; `'stored'` where it was too large and lies in SQLite. */
  readonly rest: Bytes | 'stored' | null;
}

/** Where beginnings of packets lie that are too large for the attachment. */
export interface RestStore {
  put(connection: string, bytes: Bytes): void;
  read(connection: string): Bytes;
  drop(connection: string): void;
}

/** Attachments are renewed at most this often for the mere time of the last packet. */
const lastSeenGranularityMs = 1000;
const nothing: Bytes = new Uint8Array(0);

/**
 * One client's WebSocket. Answers gather here and leave in one frame a flush, because the cost is per frame. The object
 * may be evicted between any two events, so `save` puts what must outlive it into the socket's attachment.
 */
export class Connection {
  readonly socket: WebSocket;
  session: Session;
  /** What the client's CONNECT said; until then the older one. */
  version: MqttVersion;
  /** QoS 1 messages of this client that wait in the intake. They are lost with the object's memory, unacknowledged. */
  unacknowledged = 0;
  /** Its CONNECT was refused and is not answered: the socket waits for its time-out. */
  isHeld = false;
  /** Frames of one connection are handled one after the other, also while a CONNECT waits for its credentials. */
  tail: Promise<void> = Promise.resolve();
  #rest: Bytes;
  #saved: { session: Session; rest: Bytes };
  readonly #rests: RestStore;
  #out: Uint8Array[] = [];

  private constructor(socket: WebSocket, session: Session, rest: Bytes, rests: RestStore) {
    this.socket = socket;
    this.session = session;
    this.version = session.phase === 'open' ? session.version : 4;
    this.#rest = rest;
    this.#rests = rests;
    this.#saved = { session, rest };
  }

  /** A socket that has just been accepted. */
  static begin(socket: WebSocket, session: Session, rests: RestStore): Connection {
    const connection = new Connection(socket, session, nothing, rests);
    connection.#write();
    return connection;
  }

  /** A socket found again after the object slept. */
  static resume(socket: WebSocket, rests: RestStore): Connection {
    const { session, rest } = socket.deserializeAttachment() as Attachment;
    const bytes = rest === 'stored' ? rests.read(session.connection) : (rest ?? nothing);
    return new Connection(socket, session, bytes, rests);
  }

  get rest(): Bytes {
    return this.#rest;
  }

  set rest(bytes: Bytes) {
    this.#rest = bytes;
  }

  get isOpen(): boolean {
    return this.session.phase !== 'closed' && this.socket.readyState === WebSocket.OPEN;
  }

  send(packet: Packet): void {
    const { session } = this;
    const bytes = encodePacket(packet, this.version);
    // The client's Maximum Packet Size holds for everything that it is sent [MQTT-3.1.2-24].
    if (session.phase === 'open' && bytes.length > session.maxPacketBytes) return;
    this.#out.push(bytes);
  }

  /** Sends what has gathered as one frame. The output gate holds it back until the writes before it are on disk. */
  flush(): void {
    if (this.#out.length === 0) return;
    const frame = this.#out.length === 1 ? (this.#out[0] as Uint8Array) : concat(...this.#out);
    this.#out = [];
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  close(code: number): void {
    this.flush();
    if (this.socket.readyState === WebSocket.OPEN) this.socket.close(code);
  }

  /** Renews the attachment where something in it has changed. */
  save(): void {
    const before = this.#saved;
    const sameFacts =
      before.session === this.session ||
      (before.session.phase === this.session.phase &&
        this.session.lastSeenMs - before.session.lastSeenMs < lastSeenGranularityMs);
    const sameRest = before.rest === this.#rest || (before.rest.length === 0 && this.#rest.length === 0);
    if (!sameFacts || !sameRest) this.#write();
  }

  #write(): void {
    const { session } = this;
    const large = this.#rest.length > maxAttachedRestBytes;
    if (large) this.#rests.put(session.connection, this.#rest);
    else if (this.#saved.rest.length > maxAttachedRestBytes) this.#rests.drop(session.connection);
    const rest = this.#rest.length === 0 ? null : large ? 'stored' : this.#rest;
    this.socket.serializeAttachment({ session, rest } satisfies Attachment);
    this.#saved = { session, rest: this.#rest };
  }
}
