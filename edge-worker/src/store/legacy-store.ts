import type { Bytes } from '@hopline/protocol';
import { equal } from '@hopline/protocol';

/**
 * The last message of a legacy device under each packet identifier of its MQTT session: all that tells one that is sent
 * again (DUP, same identifier, same bytes) from a new one that reads the same. It ends with the session.
 */
export class LegacyStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  isResent(session: string, packetId: number | null, digest: Bytes): boolean {
    if (packetId === null) return false;
    const [row] = this.#sql.exec<{ digest: ArrayBuffer }>(
      'SELECT digest FROM legacy_recent WHERE session = ? AND packet_id = ?',
      session,
      packetId,
    );
    return row !== undefined && equal(new Uint8Array(row.digest), digest);
  }

  remember(session: string, packetId: number, digest: Bytes): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO legacy_recent (session, packet_id, digest) VALUES (?, ?, ?)',
      session,
      packetId,
      digest,
    );
  }
}
