import type { Bytes } from '@hopline/protocol';
import { maxDeliveriesPerSession } from '../mqtt/limits.ts';
import type { Will } from '../mqtt/session.ts';
import { matchesFilter } from '../mqtt/topic.ts';

export interface StoredSession {
  readonly key: string;
  readonly principal: string;
  /** Tag of the WebSocket that the session is on; `null` while it is away. */
  readonly connection: string | null;
}

export interface Subscription {
  readonly session: string;
  readonly filter: string;
  readonly qos: 0 | 1;
  readonly noLocal: boolean;
}

export interface Delivery {
  readonly id: number;
  readonly packetId: number | null;
  readonly topic: string;
  readonly payload: Bytes;
}

type SubscriptionRow = { session: string; filter: string; qos: 0 | 1; no_local: number };
type DeliveryRow = { id: number; packet_id: number | null; topic: string; payload: ArrayBuffer };

/** MQTT sessions with their subscriptions, wills and messages still to be delivered. */
export class SessionStore {
  readonly #sql: SqlStorage;
  /** All subscriptions by the first level of their filter, read once after the object woke. */
  #byFirstLevel: Map<string, Map<string, Subscription>> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(key: string): StoredSession | null {
    const rows = this.#sql.exec<{ key: string; principal: string; connection: string | null }>(
      'SELECT key, principal, connection FROM sessions WHERE key = ?',
      key,
    );
    return [...rows][0] ?? null;
  }

  open(key: string, principal: string, connection: string, expirySeconds: number, will: Will | null): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO sessions (key, principal, connection, expiry_seconds, ended_ms, will, will_due_ms)
       VALUES (?, ?, ?, ?, NULL, ?, NULL)`,
      key,
      principal,
      connection,
      expirySeconds,
      will ? JSON.stringify(will) : null,
    );
  }

  /** The connection is gone. The will, if it is to go out, is due after its delay or with the session's end. */
  end(key: string, endedMs: number, expirySeconds: number, will: boolean): void {
    const stored = this.will(key);
    const delaySeconds = Math.min(stored?.delaySeconds ?? 0, expirySeconds);
    const due = will && stored ? endedMs + delaySeconds * 1000 : null;
    this.#sql.exec(
      'UPDATE sessions SET connection = NULL, ended_ms = ?, expiry_seconds = ?, will_due_ms = ? WHERE key = ?',
      endedMs,
      expirySeconds,
      due,
      key,
    );
  }

  drop(key: string): void {
    this.#byFirstLevel = null;
    for (const table of ['subscriptions', 'deliveries', 'legacy_recent']) {
      this.#sql.exec(`DELETE FROM ${table} WHERE session = ?`, key);
    }
    this.#sql.exec('DELETE FROM sessions WHERE key = ?', key);
  }

  will(key: string): Will | null {
    const [row] = this.#sql.exec<{ will: string | null }>('SELECT will FROM sessions WHERE key = ?', key);
    return row?.will ? (JSON.parse(row.will) as Will) : null;
  }

  clearWill(key: string): void {
    this.#sql.exec('UPDATE sessions SET will = NULL, will_due_ms = NULL WHERE key = ?', key);
  }

  dueWills(nowMs: number): string[] {
    return this.#keys('SELECT key FROM sessions WHERE will_due_ms <= ?', nowMs);
  }

  expired(nowMs: number): string[] {
    return this.#keys(
      'SELECT key FROM sessions WHERE connection IS NULL AND ended_ms + expiry_seconds * 1000 <= ?',
      nowMs,
    );
  }

  /** Sessions that were on a connection when the object last wrote. */
  connected(): { key: string; connection: string; expirySeconds: number }[] {
    const rows = this.#sql.exec<{ key: string; connection: string; expirySeconds: number }>(
      'SELECT key, connection, expiry_seconds AS expirySeconds FROM sessions WHERE connection IS NOT NULL',
    );
    return [...rows];
  }

  /** Time of the next will or end of a session that is away; `null` where there is none. */
  nextDueMs(): number | null {
    const { due } = this.#sql
      .exec<{ due: number | null }>(
        `SELECT min(coalesce(min(will_due_ms, ended_ms + expiry_seconds * 1000), ended_ms + expiry_seconds * 1000)) AS due
         FROM sessions WHERE connection IS NULL`,
      )
      .one();
    return due;
  }

  count(): number {
    return this.#sql.exec<{ n: number }>('SELECT count(*) AS n FROM sessions').one().n;
  }

  filters(key: string): ReadonlySet<string> {
    const rows = this.#sql.exec<{ filter: string }>('SELECT filter FROM subscriptions WHERE session = ?', key);
    return new Set([...rows].map((row) => row.filter));
  }

  subscribe(subscription: Subscription): void {
    const { session, filter, qos, noLocal } = subscription;
    this.#sql.exec(
      'INSERT OR REPLACE INTO subscriptions (session, filter, qos, no_local) VALUES (?, ?, ?, ?)',
      session,
      filter,
      qos,
      noLocal ? 1 : 0,
    );
    if (this.#byFirstLevel) index(this.#byFirstLevel, subscription);
  }

  unsubscribe(session: string, filter: string): void {
    this.#sql.exec('DELETE FROM subscriptions WHERE session = ? AND filter = ?', session, filter);
    this.#byFirstLevel?.get(firstLevel(filter))?.delete(`${session} ${filter}`);
  }

  /** Who gets a message on this topic: each session once, at the highest QoS of its matching filters (§3.3.4). */
  subscribers(topic: string): Subscription[] {
    const table = this.#subscriptions();
    const found = new Map<string, Subscription>();
    for (const level of [firstLevel(topic), '+', '#']) {
      for (const subscription of table.get(level)?.values() ?? []) {
        if (!matchesFilter(subscription.filter, topic)) continue;
        const other = found.get(subscription.session);
        if (!other || other.qos < subscription.qos) found.set(subscription.session, subscription);
      }
    }
    return [...found.values()];
  }

  /** Keeps a message until the session has acknowledged it; false where its queue is full. */
  queue(session: string, topic: string, payload: Uint8Array): boolean {
    const { n } = this.#sql
      .exec<{ n: number }>('SELECT count(*) AS n FROM deliveries WHERE session = ?', session)
      .one();
    if (n >= maxDeliveriesPerSession) return false;
    this.#sql.exec('INSERT INTO deliveries (session, topic, payload) VALUES (?, ?, ?)', session, topic, payload);
    return true;
  }

  /** Messages of a session in the order of their arrival: those on their way (`inFlight`) or those still to be sent. */
  deliveries(session: string, inFlight: boolean, limit: number): Delivery[] {
    const rows = this.#sql.exec<DeliveryRow>(
      `SELECT id, packet_id, topic, payload FROM deliveries
       WHERE session = ? AND packet_id IS ${inFlight ? 'NOT NULL' : 'NULL'} ORDER BY id LIMIT ?`,
      session,
      limit,
    );
    return [...rows].map((row) => ({
      id: row.id,
      packetId: row.packet_id,
      topic: row.topic,
      payload: new Uint8Array(row.payload),
    }));
  }

  markSent(id: number, packetId: number): void {
    this.#sql.exec('UPDATE deliveries SET packet_id = ? WHERE id = ?', packetId, id);
  }

  delivered(session: string, packetId: number): void {
    this.#sql.exec('DELETE FROM deliveries WHERE session = ? AND packet_id = ?', session, packetId);
  }

  #subscriptions(): Map<string, Map<string, Subscription>> {
    if (this.#byFirstLevel) return this.#byFirstLevel;
    const table = new Map<string, Map<string, Subscription>>();
    for (const row of this.#sql.exec<SubscriptionRow>('SELECT session, filter, qos, no_local FROM subscriptions')) {
      index(table, { session: row.session, filter: row.filter, qos: row.qos, noLocal: row.no_local === 1 });
    }
    this.#byFirstLevel = table;
    return table;
  }

  #keys(query: string, nowMs: number): string[] {
    return [...this.#sql.exec<{ key: string }>(query, nowMs)].map((row) => row.key);
  }
}

function index(table: Map<string, Map<string, Subscription>>, subscription: Subscription): void {
  const level = firstLevel(subscription.filter);
  const entries = table.get(level) ?? new Map<string, Subscription>();
  entries.set(`${subscription.session} ${subscription.filter}`, subscription);
  table.set(level, entries);
}

function firstLevel(text: string): string {
  const separator = text.indexOf('/');
  return separator < 0 ? text : text.slice(0, separator);
}
