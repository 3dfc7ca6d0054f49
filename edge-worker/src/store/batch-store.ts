import { type Bytes, fromBase64Url, toBase64Url } from '@hopline/protocol';

/** A sealed batch as it is stored: its bytes, the range of its leaves, and how far it has come. */
export interface Batch {
  readonly sequence: number;
  readonly digest: Bytes;
  readonly statement: Bytes;
  readonly summary: Bytes;
  readonly summaryDigest: Bytes;
  readonly size: number;
  /** Its leaves are those with `firstLeaf ≤ id ≤ lastLeaf`; none where `size` is 0. */
  readonly firstLeaf: number;
  readonly lastLeaf: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly sealedAtMs: number;
  /** Transaction and block by the gateway's answer; `null` until then. */
  readonly transactionId: string | null;
  readonly block: number | null;
  /** When two organisations' gateways had covered it. */
  readonly coveredAtMs: number | null;
}

/** A head that an organisation's gateway has reported and that was verified. */
export interface StoredHead {
  readonly mspId: string;
  readonly sequence: number | null;
  readonly digest: Bytes | null;
  readonly height: number;
}

type Row = {
  sequence: number;
  digest: ArrayBuffer;
  statement: ArrayBuffer;
  summary: ArrayBuffer;
  summary_digest: ArrayBuffer;
  size: number;
  first_leaf: number;
  last_leaf: number;
  from_ms: number;
  to_ms: number;
  sealed_ms: number;
  transaction_id: string | null;
  block: number | null;
  covered_ms: number | null;
};

/** Sealed batches in the order of their sequence, and the heads that gateways report. */
export class BatchStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert(batch: Batch): void {
    this.#sql.exec(
      `INSERT INTO batches (sequence, digest, statement, summary, summary_digest, size, first_leaf, last_leaf, from_ms,
       to_ms, sealed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      batch.sequence,
      batch.digest,
      batch.statement,
      batch.summary,
      batch.summaryDigest,
      batch.size,
      batch.firstLeaf,
      batch.lastLeaf,
      batch.fromMs,
      batch.toMs,
      batch.sealedAtMs,
    );
  }

  get(sequence: number): Batch | null {
    return this.#list('WHERE sequence = ?', sequence)[0] ?? null;
  }

  list(from: number, limit: number): Batch[] {
    return this.#list('WHERE sequence >= ? ORDER BY sequence LIMIT ?', from, limit);
  }

  /** Those that no gateway has taken yet, from the first on. */
  outbox(limit: number): Batch[] {
    return this.#list('WHERE transaction_id IS NULL ORDER BY sequence LIMIT ?', limit);
  }

  /** Number of batches not anchored, and the first time of receipt in them. */
  outboxDepth(): { batches: number; oldestMs: number | null } {
    return this.#sql
      .exec<{ batches: number; oldestMs: number | null }>(
        `SELECT count(*) AS batches, min(CASE WHEN size > 0 THEN from_ms END) AS oldestMs
         FROM batches WHERE transaction_id IS NULL`,
      )
      .one();
  }

  summary(digest: Bytes): Bytes | null {
    const [row] = this.#sql.exec<{ summary: ArrayBuffer }>(
      'SELECT summary FROM batches WHERE summary_digest = ? LIMIT 1',
      digest,
    );
    return row ? new Uint8Array(row.summary) : null;
  }

  /** Marks a batch as anchored; false where it was already, or is not here. */
  markAnchored(sequence: number, digest: string, transactionId: string, block: number): boolean {
    const changed = this.#sql.exec(
      `UPDATE batches SET transaction_id = ?, block = ? WHERE sequence = ? AND digest = ? AND transaction_id IS NULL
       RETURNING sequence`,
      transactionId,
      block,
      sequence,
      fromBase64Url(digest),
    );
    return !changed.next().done;
  }

  /** The ledger misses these again: they are sent once more. */
  markUnanchored(from: number): void {
    this.#sql.exec(
      'UPDATE batches SET transaction_id = NULL, block = NULL, covered_ms = NULL WHERE sequence >= ?',
      from,
    );
  }

  lastAnchored(): number | null {
    return this.#sql
      .exec<{ last: number | null }>('SELECT max(sequence) AS last FROM batches WHERE transaction_id IS NOT NULL')
      .one().last;
  }

  /** Lowest sequence that is here, or `null`. */
  oldest(): number | null {
    return this.#sql.exec<{ first: number | null }>('SELECT min(sequence) AS first FROM batches').one().first;
  }

  /** Marks anchored batches up to a sequence. One whose answer is missing is sent again first, and marked after that. */
  markCovered(upTo: number, nowMs: number): void {
    this.#sql.exec(
      `UPDATE batches SET covered_ms = ?
       WHERE sequence <= ? AND covered_ms IS NULL AND transaction_id IS NOT NULL`,
      nowMs,
      upTo,
    );
  }

  unmarkCovered(): void {
    this.#sql.exec('UPDATE batches SET covered_ms = NULL');
  }

  uncovered(): number {
    return this.#sql
      .exec<{ n: number }>('SELECT count(*) AS n FROM batches WHERE transaction_id IS NOT NULL AND covered_ms IS NULL')
      .one().n;
  }

  /** Covered batches whose retention is over. */
  leaving(coveredBeforeMs: number, limit: number): Batch[] {
    return this.#list(
      'WHERE covered_ms <= ? AND transaction_id IS NOT NULL ORDER BY sequence LIMIT ?',
      coveredBeforeMs,
      limit,
    );
  }

  /** When the first covered batch below a sequence was covered; `null` where there is none. */
  firstCoveredMs(below: number): number | null {
    return this.#sql
      .exec<{ first: number | null }>('SELECT min(covered_ms) AS first FROM batches WHERE sequence < ?', below)
      .one().first;
  }

  remove(sequence: number): void {
    this.#sql.exec('DELETE FROM batches WHERE sequence = ?', sequence);
  }

  /** Takes back what was sealed from a sequence on; the leaves stay and are open again. */
  removeFrom(sequence: number): void {
    this.#sql.exec('DELETE FROM batches WHERE sequence >= ?', sequence);
  }

  putHead(head: StoredHead, report: Bytes): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO heads (msp_id, sequence, digest, height, report) VALUES (?, ?, ?, ?, ?)',
      head.mspId,
      head.sequence,
      head.digest,
      head.height,
      report,
    );
  }

  removeHead(mspId: string): void {
    this.#sql.exec('DELETE FROM heads WHERE msp_id = ?', mspId);
  }

  /** The signed reports behind `heads`. */
  reports(): { mspId: string; report: Bytes }[] {
    const rows = this.#sql.exec<{ msp_id: string; report: ArrayBuffer }>('SELECT msp_id, report FROM heads');
    return [...rows].map((row) => ({ mspId: row.msp_id, report: new Uint8Array(row.report) }));
  }

  heads(): StoredHead[] {
    const rows = this.#sql.exec<{
      msp_id: string;
      sequence: number | null;
      digest: ArrayBuffer | null;
      height: number;
    }>('SELECT msp_id, sequence, digest, height FROM heads');
    return [...rows].map((row) => ({
      mspId: row.msp_id,
      sequence: row.sequence,
      digest: row.digest ? new Uint8Array(row.digest) : null,
      height: row.height,
    }));
  }

  #list(rest: string, ...bindings: unknown[]): Batch[] {
    return [...this.#sql.exec<Row>(`SELECT * FROM batches ${rest}`, ...bindings)].map(fromRow);
  }
}

function fromRow(row: Row): Batch {
  return {
    sequence: row.sequence,
    digest: new Uint8Array(row.digest),
    statement: new Uint8Array(row.statement),
    summary: new Uint8Array(row.summary),
    summaryDigest: new Uint8Array(row.summary_digest),
    size: row.size,
    firstLeaf: row.first_leaf,
    lastLeaf: row.last_leaf,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    sealedAtMs: row.sealed_ms,
    transactionId: row.transaction_id,
    block: row.block,
    coveredAtMs: row.covered_ms,
  };
}

/** The digest as JSON carries it. */
export function batchDigest(batch: Batch): string {
  return toBase64Url(batch.digest);
}
