export type StoreErrorCode =
  /** Another process has the data folder open. */
  | 'folder-in-use'
  /** The database was made by a newer version of this program, or a migration was changed after it ran. */
  | 'schema-unknown'
  /** The journal of a gateway's own rows can't be read where it must be. */
  | 'journal-damaged';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
