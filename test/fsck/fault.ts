/** What the checker can find wrong. Closed: each code is one broken promise. */
export type FaultCode =
  | 'block-number'
  | 'block-data-hash'
  | 'block-chain'
  | 'statement-unknown-node'
  | 'statement-signature'
  | 'statement-sequence'
  | 'statement-chain'
  | 'batch-differs'
  | 'batch-size'
  | 'batch-root'
  | 'proof'
  | 'summary-digest'
  | 'summary-content'
  | 'leaf-malformed'
  | 'leaf-unknown-device'
  | 'leaf-signature'
  | 'reading-missing'
  | 'reading-pending'
  | 'reading-duplicated';

export interface Fault {
  readonly code: FaultCode;
  readonly detail: string;
}
