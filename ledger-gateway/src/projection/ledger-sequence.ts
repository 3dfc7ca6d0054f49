/**
 * An event's place on the ledger as one number that grows in the order of the ledger: 30 bits of block, 13 of transaction, 10
 * of position in its document. Numbers of JavaScript hold 53 bits exactly.
 */
export interface LedgerPlace {
  readonly block: number;
  readonly txPosition: number;
  readonly position: number;
}

export const maxTransactionsPerBlock = 2 ** 13;
export const maxEventsPerTransaction = 2 ** 10;
const maxBlocks = 2 ** 30;

/** Throws a RangeError where a part is beyond its bits: a billion blocks, 8,192 transactions, 1,024 events. */
export function ledgerSequence({ block, txPosition, position }: LedgerPlace): number {
  if (block >= maxBlocks || txPosition >= maxTransactionsPerBlock || position >= maxEventsPerTransaction) {
    throw new RangeError(`the ledger has outgrown event numbers: ${block}, ${txPosition}, ${position}`);
  }
  return (block * maxTransactionsPerBlock + txPosition) * maxEventsPerTransaction + position;
}

/** The parts of a number that `ledgerSequence` made. */
export function ledgerPlace(sequence: number): LedgerPlace {
  const transaction = transactionNumber(sequence);
  return {
    block: Math.floor(transaction / maxTransactionsPerBlock),
    txPosition: transaction % maxTransactionsPerBlock,
    position: sequence % maxEventsPerTransaction,
  };
}

/** The number of the transaction that an event with a number is in. */
export function transactionNumber(sequence: number): number {
  return Math.floor(sequence / maxEventsPerTransaction);
}
