import { type Problem, type ProblemCode, ProtocolError, problem, problemMediaType } from '@hopline/protocol';
import { EdgeError } from '../error.ts';
import { errorFields, log } from '../log.ts';

/** An answer that is a problem (RFC 9457), thrown by routes. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly body: Problem;
  /** When to come again, for 429 and 503. */
  readonly retryAfterSeconds: number;

  constructor(
    code: ProblemCode,
    status: number,
    title: string,
    members: Readonly<Record<string, unknown>> = {},
    { retryAfterSeconds = defaultRetryAfterSeconds }: { readonly retryAfterSeconds?: number } = {},
  ) {
    super(title);
    this.retryAfterSeconds = retryAfterSeconds;
    this.body = problem(code, status, title, members);
  }
}

/** The one place where errors become HTTP. What is not known here is logged and answered without its text. */
export function problemResponse(error: unknown): Response {
  const body = bodyOf(error);
  if (body.status === 500) log('error', 'request-failed', errorFields(error));
  const headers: Record<string, string> = { 'content-type': problemMediaType };
  if (body.status === 401) headers['www-authenticate'] = 'Bearer';
  if (body.status === 429 || body.status === 503) headers['retry-after'] = String(retryAfterOf(error));
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

const defaultRetryAfterSeconds = 5;

function retryAfterOf(error: unknown): number {
  return error instanceof HttpProblem ? error.retryAfterSeconds : defaultRetryAfterSeconds;
}

function bodyOf(error: unknown): Problem {
  if (error instanceof HttpProblem) return error.body;
  if (error instanceof ProtocolError) return problem(error.code, 400, error.message, error.details);
  if (error instanceof EdgeError && error.code === 'node-unknown') return problem('not-found', 404, error.message);
  if (error instanceof EdgeError && error.code === 'seal-not-allowed') {
    const code = error.details.state === 'diverged' ? 'edge-diverged' : 'edge-not-enrolled';
    return problem(code, 409, error.message, error.details);
  }
  return problem('internal', 500, 'something went wrong here');
}
