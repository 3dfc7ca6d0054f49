import { Connection, type RestStore } from './connection.ts';
import { maxConnections, maxUnopenedConnections } from './limits.ts';
import type { NewSession, OpenSession } from './session.ts';

/** The WebSockets of the object with their connections, found again after it slept. */
export class Sockets {
  readonly #context: DurableObjectState;
  readonly #rests: RestStore;
  readonly #connections = new Map<WebSocket, Connection>();
  /** Sockets without a session; `null` after the object woke, until they were looked for. */
  #unopened: Set<WebSocket> | null = null;

  constructor(context: DurableObjectState, rests: RestStore) {
    this.#context = context;
    this.#rests = rests;
  }

  /** Takes a new socket; returns its other end, or `null` where there are as many as one object can have. */
  accept(nowMs: number): WebSocket | null {
    if (!this.#hasRoom()) return null;
    const pair = new WebSocketPair();
    const connection = crypto.randomUUID();
    // The tag finds the socket of a session again, also after the object slept, without a look at all the others.
    this.#context.acceptWebSocket(pair[1], [connection]);
    const session: NewSession = { phase: 'new', connection, lastSeenMs: nowMs };
    this.#connections.set(pair[1], Connection.begin(pair[1], session, this.#rests));
    this.#unopened?.add(pair[1]);
    return pair[0];
  }

  connectionOf(socket: WebSocket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = Connection.resume(socket, this.#rests);
    this.#connections.set(socket, connection);
    return connection;
  }

  all(): Connection[] {
    return this.#context.getWebSockets().map((socket) => this.connectionOf(socket));
  }

  /** Connections with an open session. */
  open(): { connection: Connection; session: OpenSession }[] {
    return this.all().flatMap((connection) => {
      const { session } = connection;
      return session.phase === 'open' ? [{ connection, session }] : [];
    });
  }

  /** The connection that was accepted under this tag, if its socket is there and has an open session. */
  openUnder(tag: string): Connection | null {
    const [socket] = this.#context.getWebSockets(tag);
    const connection = socket ? this.connectionOf(socket) : null;
    return connection?.session.phase === 'open' ? connection : null;
  }

  isThere(tag: string): boolean {
    return this.#context.getWebSockets(tag).length > 0;
  }

  /** A socket has opened its session, or will open none any more. */
  left({ socket }: Connection): void {
    this.#unopened?.delete(socket);
  }

  forget(socket: WebSocket): void {
    this.#connections.delete(socket);
    this.#unopened?.delete(socket);
  }

  /** Whether one more socket can be taken; each begins without a CONNECT. */
  #hasRoom(): boolean {
    // From here on `#connections` has all sockets, so that its size is their number.
    this.#unopened ??= new Set(this.all().flatMap(({ socket, session }) => (session.phase === 'new' ? [socket] : [])));
    if (this.#unopened.size >= maxUnopenedConnections) return false;
    if (this.#connections.size < maxConnections) return true;
    // Some may have gone without a word.
    const alive = new Set(this.#context.getWebSockets());
    for (const socket of this.#connections.keys()) if (!alive.has(socket)) this.#connections.delete(socket);
    return this.#connections.size < maxConnections;
  }
}
