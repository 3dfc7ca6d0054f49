/** What the checker can find wrong. Closed: each code is one broken promise. */
export type FaultCode =
  | 'block-number'
  | 'block-data-hash'
  | 'block-chain'
  | 'enrolment-proof'
  | 'statement-unknown-node'
  | 'statement-signature'
  | 'statement-sequence'
  | 'statement-chain'
  /** The edge holds other bytes under a sequence than the ledger. */
  | 'batch-differs'
  | 'batch-size'
  | 'batch-root'
  | 'batch-span'
  | 'proof'
  | 'summary-digest'
  | 'summary-content'
  /** Neither the edge has a batch's leaves nor anybody its summary: what was in it cannot be told. */
  | 'summary-absent'
  | 'leaf-malformed'
  | 'leaf-unknown-device'
  | 'leaf-signature'
  /** A device's sequence stands in two committed places, whatever the bytes. */
  | 'sequence-repeated'
  | 'reading-missing'
  | 'reading-pending'
  | 'reading-duplicated';

export interface Fault {
  readonly code: FaultCode;
  readonly detail: string;
}
