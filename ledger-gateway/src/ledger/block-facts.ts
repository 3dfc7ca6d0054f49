/**
 * What a block says, free of Fabric's encodings: this is what the projection folds. Blocks are numbered from 0.
 */
export interface BlockFacts {
  readonly number: number;
  readonly transactions: readonly TransactionFacts[];
}

/** One transaction of a block, by its place in it. Configuration transactions are among them, with an empty name. */
export interface TransactionFacts {
  readonly position: number;
  readonly id: string;
  /** Validation code of Fabric (`TxValidationCode`); 0 is valid. */
  readonly code: number;
  /** The client's claim, within 15 minutes of the peers' clocks. */
  readonly timeMs: number;
  /** MSP id of the organisation whose client submitted it. */
  readonly mspId: string;
  /** `contract:Name`, empty where it is none of our chaincode's. */
  readonly name: string;
  /** The one JSON argument, as text. */
  readonly argument: string;
  /** Writes to our chaincode's namespace in their order; a `null` value deletes the key. */
  readonly writes: readonly { readonly key: string; readonly value: string | null }[];
}
