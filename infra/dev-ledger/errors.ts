/** What can stop the dev ledger from starting or running. Errors of single calls go to the client as gRPC statuses. */
export type DevLedgerErrorCode =
  /** The configuration is not usable, or does not match the data folder. */
  | 'CONFIG_INVALID'
  /** Another process has the data folder open. */
  | 'DATA_FOLDER_IN_USE'
  /** A port to listen on is taken. */
  | 'PORT_IN_USE'
  /** The block file was altered or damaged before its end. */
  | 'BLOCK_FILE_DAMAGED'
  /** The state database knows blocks that the block file does not hold. */
  | 'BLOCKS_MISSING';

export class DevLedgerError extends Error {
  readonly code: DevLedgerErrorCode;

  constructor(code: DevLedgerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DevLedgerError';
    this.code = code;
  }
}
