import type { ProblemCode } from '@hopline/protocol';

type Status = 400 | 401 | 403 | 404 | 405 | 406 | 409 | 413 | 414 | 415 | 429 | 500 | 502 | 503;

/**
 * The HTTP status of each problem: the one place that decides it. What is not named here is a malformed input, 400.
 * 409 and 4xx are final for an edge node; 429 and 503 mean that it should come again. 502 is
 * somebody else's fault, and coming again is of no use before it is mended.
 */
const statusByCode: Partial<Record<ProblemCode, Status>> = {
  unauthenticated: 401,
  forbidden: 403,
  'not-permitted': 403,
  'key-revoked': 403,
  'event-party': 403,
  'signature-invalid': 403,
  'signature-refused': 403,
  'not-found': 404,
  'unknown-organisation': 404,
  'unknown-site': 404,
  'unknown-product': 404,
  'unknown-node': 404,
  'unknown-device': 404,
  'unknown-signer': 404,
  'unknown-key': 404,
  'unknown-recall': 404,
  'link-type-unavailable': 404,
  'unknown-query': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  'sheet-incorrect': 409,
  'import-incorrect': 409,
  'already-enrolled': 409,
  'enrolment-code-used': 409,
  'key-in-use': 409,
  'statement-gap': 409,
  'statement-fork': 409,
  'statement-time': 409,
  'registry-version': 409,
  'event-conflict': 409,
  'not-held': 409,
  'not-in-custody': 409,
  quantity: 409,
  'unit-not-found': 409,
  'unit-cycle': 409,
  'unit-not-empty': 409,
  'already-commissioned': 409,
  'not-shipped': 409,
  'mass-balance': 409,
  'on-hold': 409,
  'recall-exists': 409,
  'recall-state': 409,
  'recall-scope': 409,
  'recall-open': 409,
  'edge-diverged': 409,
  'too-large': 413,
  'query-too-large': 413,
  'query-too-complex': 413,
  'epcis-limit': 413,
  'uri-too-long': 414,
  'unsupported-media-type': 415,
  'epcis-xml': 415,
  'rate-limited': 429,
  internal: 500,
  'edge-unreachable': 502,
  'ledger-failed': 502,
  'edge-full': 503,
  'ledger-unavailable': 503,
  'ledger-conflict': 503,
  'commit-unknown': 503,
  'projection-stale': 503,
  'outbox-full': 503,
  'gateway-unreachable': 503,
};

export function statusOf(code: ProblemCode): Status {
  return statusByCode[code] ?? 400;
}
