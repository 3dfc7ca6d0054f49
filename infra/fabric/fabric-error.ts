/** What can go wrong while a Fabric network is brought up or taken down. */
export type FabricErrorCode =
  /** An option on the command line is unknown or malformed. */
  | 'BAD_ARGUMENT'
  /** `FABRIC_BIN` is not set, or what it names lacks a binary. */
  | 'FABRIC_BIN_MISSING'
  /** A port that the network needs is taken by somebody else. */
  | 'PORT_IN_USE'
  /** The data folder holds something that these options can't continue. */
  | 'DATA_MISMATCH'
  /** Another start or stop is working on the same data folder. */
  | 'DATA_LOCKED'
  /** A process of the network ended by itself. */
  | 'PROCESS_EXITED'
  /** One of Fabric's own commands failed. */
  | 'COMMAND_FAILED'
  /** Something did not become ready within its limit. */
  | 'START_TIMEOUT'
  /** The caller gave up. */
  | 'CANCELLED';

/** An error of the Fabric runner. Its message is written for the person at the terminal. */
export class FabricError extends Error {
  readonly code: FabricErrorCode;

  constructor(code: FabricErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FabricError';
    this.code = code;
  }
}
