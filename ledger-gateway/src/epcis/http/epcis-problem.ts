import { type ProblemCode, problemMediaType } from '@hopline/protocol';
import { problemResponse } from '../../http/problem-response.ts';
import { statusOf } from '../../http/problem-status.ts';
import { epcisLimits } from '../limits.ts';

/** Exceptions of the standard (EPCIS 2.0, REST bindings) that are not told by the status alone. */
const exceptionByCode: Partial<Record<ProblemCode, string>> = {
  conflict: 'ResourceAlreadyExistsException',
  'unknown-query': 'NoSuchNameException',
  'query-parameter': 'QueryParameterException',
  'query-too-large': 'QueryTooLargeException',
  'query-too-complex': 'QueryTooComplexException',
  'subscription-controls': 'SubscriptionControlsException',
};

const exceptionByStatus: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'SecurityException',
  403: 'SecurityException',
  404: 'NoSuchResourceException',
  406: 'NotAcceptableException',
  413: 'CaptureLimitExceededException',
  414: 'URITooLongException',
  415: 'UnsupportedMediaTypeException',
};

/** What is missing under an address; the other codes with 404 speak of what an event names. */
const missing: ReadonlySet<ProblemCode> = new Set(['not-found', 'unknown-query']);

/** A problem as the standard has it; `code` says which of Hopline's refusals it is. */
export interface EpcisException {
  readonly type: string;
  readonly status: number;
}

/**
 * The standard's exception for a refusal. To a client of EPCIS 409 says that the event is there already, and 404 that an
 * address is not: what the rules of the ledger forbid, such as shipping what is not held, or what it does not know, such as
 * a read point, is an event that is not valid, 400.
 */
export function exceptionOf(code: ProblemCode): EpcisException {
  const usual = statusOf(code);
  const isOfEvent = (usual === 409 && code !== 'conflict') || (usual === 404 && !missing.has(code));
  const status = isOfEvent ? 400 : usual;
  // The standard has no exception for a method, and the status says it all (RFC 9457, section 4.2.1).
  if (status === 405) return { type: 'about:blank', status };
  const name = exceptionByCode[code] ?? exceptionByStatus[status] ?? 'ImplementationException';
  return { type: `epcisException:${name}`, status };
}

/** The answer to a failed request below `/epcis`: problem details with the standard's types. */
export async function epcisProblem(error: unknown): Promise<Response> {
  const response = problemResponse(error);
  const body = (await response.json()) as { code: ProblemCode; title: string };
  const headers = new Headers(response.headers);
  headers.set('content-type', problemMediaType);
  const { type, status } = exceptionOf(body.code);
  if (type === 'epcisException:CaptureLimitExceededException') {
    headers.set('GS1-EPCIS-Capture-Limit', String(epcisLimits.maxCaptureEvents));
    headers.set('GS1-EPCIS-Capture-File-Size-Limit', String(epcisLimits.maxCaptureBytes));
  }
  return new Response(JSON.stringify({ ...body, type, status }), { status, headers });
}
