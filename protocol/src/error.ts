/** Codes of everything this package refuses. Closed: a new way to be wrong gets a new name here. */
export type ProtocolErrorCode =
  | 'cbor-malformed'
  | 'cbor-not-deterministic'
  | 'cose-malformed'
  | 'cose-algorithm'
  | 'cose-type'
  | 'cose-audience'
  | 'key-malformed'
  | 'key-small-order'
  | 'signature-malformed'
  | 'signature-invalid'
  | 'senml-malformed'
  | 'senml-unit'
  | 'senml-foreign-name'
  | 'senml-relative-time'
  | 'device-urn-malformed'
  | 'reading-malformed'
  | 'statement-malformed'
  | 'summary-malformed'
  | 'version-unknown'
  | 'registry-malformed'
  | 'registry-expired'
  | 'enrolment-malformed'
  | 'capture-malformed'
  | 'acknowledgement-malformed'
  | 'head-malformed'
  | 'node-id-malformed'
  | 'proof-malformed'
  | 'proof-invalid'
  | 'gs1-length'
  | 'gs1-check-digit'
  | 'gs1-character'
  | 'gs1-escape'
  | 'gs1-unrecognised'
  | 'gs1-company-prefix'
  | 'gs1-compressed'
  | 'epcis-malformed'
  | 'epcis-term'
  | 'epcis-time'
  | 'epcis-identifier'
  | 'epcis-quantity'
  | 'epcis-unit'
  | 'epcis-limit'
  | 'epcis-xml'
  | 'too-large';

/** An input was refused. `details` names the values at fault, fit to be shown to whoever sent them. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ProtocolErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}
