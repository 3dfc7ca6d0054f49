/** What SQL takes as a parameter. Objects go in as JSON text, lists of rows through `jsonb_to_recordset`. */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

export type Row = Record<string, unknown>;

/**
 * Runs one statement with parameters `$1`…; rows have `int8` as numbers (never beyond 2^53 here), `bytea` as bytes,
 * `jsonb` parsed and `numeric` as text. The row type is the caller's claim about its own SQL.
 */
export interface Queryable {
  query<R extends Row = Row>(sql: string, parameters?: readonly SqlValue[], options?: QueryOptions): Promise<R[]>;
}

export interface QueryOptions {
  /**
   * Whether a server may plan the statement once a connection, for whatever parameters: for statements that are asked often, whose best
   * plan does not depend on them, and whose text is one of few.
   */
  readonly plannedOnce: boolean;
}

/** A statement that may be planned once. */
export const plannedOnce: QueryOptions = { plannedOnce: true };

/**
 * The one interface to PostgreSQL, embedded (PGlite) or a server. The same SQL runs on both.
 */
export interface Database extends Queryable {
  readonly kind: 'pglite' | 'postgres';
  /** Runs the work in a transaction: commits when it returns, rolls back and throws when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs several reads on one state of the database: what others commit meanwhile is not seen. */
  snapshot<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
