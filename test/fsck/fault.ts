/** What the checker can find wrong. Closed: each code is one broken promise. */
export type FaultCode =
  | 'block-number'
  | 'block-data-hash'
  | 'block-chain'
  /** No block configures the channel, so nobody's certificate can be judged. */
  | 'roots-absent'
  /** An identity that is known from elsewhere is not of the organisation as the blocks have it. */
  | 'roots-differ'
  | 'transaction-id'
  | 'transaction-signature'
  /** The endorsers have signed another proposal than the one in the transaction. */
  | 'endorsement-proposal'
  /** Too few organisations have endorsed it. */
  | 'endorsement-policy'
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
  /** A count, minimum, maximum or mean is not that of the leaves. */
  | 'summary-figures'
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
