import { fromBase64Url } from '@hopline/protocol';
import type { SessionStore } from '../store/session-store.ts';
import type { Delivery } from './delivery.ts';
import type { OpenSession } from './session.ts';

/** How sessions end: their wills, their expiry, and what a connection that is no more leaves behind. */
export class SessionEnds {
  readonly #sessions: SessionStore;
  readonly #delivery: Delivery;

  constructor(sessions: SessionStore, delivery: Delivery) {
    this.#sessions = sessions;
    this.#delivery = delivery;
  }

  /** A connection has ended; returns whether the session waits for its expiry or for another connection. */
  end(session: OpenSession, will: boolean, expirySeconds: number, nowMs: number): boolean {
    // A newer connection may have the session by now.
    if (this.#sessions.find(session.key)?.connection !== session.connection) return false;
    this.#sessions.end(session.key, nowMs, expirySeconds, will);
    this.#sendWillIfDue(session.key, nowMs);
    if (expirySeconds === 0) this.#sessions.drop(session.key);
    return expirySeconds > 0;
  }

  /** A new connection begins anew: a will that still waits is due with the session that it ends [MQTT-3.1.3-9]. */
  discard(key: string, nowMs: number): void {
    if (this.#sessions.will(key)) this.#sendWillIfDue(key, nowMs);
    this.#sessions.drop(key);
  }

  /** Sends wills and drops sessions that are due. Returns when the next one is, or `null`. */
  settleDue(nowMs: number): number | null {
    for (const key of this.#sessions.dueWills(nowMs)) this.#sendWill(key);
    for (const key of this.#sessions.expired(nowMs)) this.#sessions.drop(key);
    return this.#sessions.nextDueMs();
  }

  /** After a new start of the process no socket of before is left: their sessions are away from now on. */
  reapLost(nowMs: number, isThere: (connection: string) => boolean): void {
    for (const { key, connection, expirySeconds } of this.#sessions.connected()) {
      if (!isThere(connection)) this.#sessions.end(key, nowMs, expirySeconds, true);
    }
  }

  #sendWillIfDue(key: string, nowMs: number): void {
    if (this.#sessions.dueWills(nowMs).includes(key)) this.#sendWill(key);
  }

  #sendWill(key: string): void {
    const will = this.#sessions.will(key);
    this.#sessions.clearWill(key);
    if (will) this.#delivery.distribute(will.topic, fromBase64Url(will.payload), 0, key);
  }
}
