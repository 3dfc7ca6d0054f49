import { type ProblemCode, problemMediaType } from '@hopline/protocol';
import { problemResponse } from '../../http/problem-response.ts';
import { epcisLimits } from '../limits.ts';

/** Exceptions of the standard (EPCIS 2.0, REST bindings) that are not told by the status alone. */
const exceptionByCode: Partial<Record<ProblemCode, string>> = {
  conflict: 'ResourceAlreadyExistsException',
  'already-commissioned': 'ResourceAlreadyExistsException',
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
  // What the rules of the ledger forbid, such as shipping what is not held.
  409: 'ValidationException',
  413: 'CaptureLimitExceededException',
  415: 'UnsupportedMediaTypeException',
};

/** The type of a problem as the standard names it; `code` says which of Hopline's refusals it is. */
export function exceptionType(code: ProblemCode, status: number): string {
  return `epcisException:${exceptionByCode[code] ?? exceptionByStatus[status] ?? 'ImplementationException'}`;
}

/** The answer to a failed request below `/epcis`: problem details with the standard's types. */
export async function epcisProblem(error: unknown): Promise<Response> {
  const response = problemResponse(error);
  const body = (await response.json()) as { code: ProblemCode; title: string };
  const headers = new Headers(response.headers);
  headers.set('content-type', problemMediaType);
  const type = exceptionType(body.code, response.status);
  if (type === 'epcisException:CaptureLimitExceededException') {
    headers.set('GS1-EPCIS-Capture-Limit', String(epcisLimits.maxCaptureEvents));
    headers.set('GS1-EPCIS-Capture-File-Size-Limit', String(epcisLimits.maxCaptureBytes));
  }
  return new Response(JSON.stringify({ ...body, type }), { status: response.status, headers });
}
