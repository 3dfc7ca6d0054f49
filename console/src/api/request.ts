import type * as z from 'zod/mini';
import { ApiError, problemError } from './api-error.ts';

/** Longest wait for an answer; a trace over a large graph is the slowest. */
const requestTimeoutMs = 20_000;

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly json?: unknown;
  /** A file as it is, in place of JSON. */
  readonly file?: Blob;
  /** Media type of the file, where the gateway is to know it. */
  readonly fileType?: string;
  /** For what takes the gateway longer than an answer usually does. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Asks the gateway and parses its answer. Throws ApiError, or the signal's reason when the question was withdrawn. */
export async function request<S extends z.ZodMiniType>(
  path: string,
  schema: S,
  options: RequestOptions = {},
): Promise<z.output<S>> {
  const response = await send(path, options);
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw problemError(response.status, body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError('malformed', `The answer of ${path} has another form`, { cause: parsed.error });
}

/** The same for an answer without a body. */
export async function requestNothing(path: string, options: RequestOptions): Promise<void> {
  const response = await send(path, options);
  if (!response.ok) throw problemError(response.status, await response.json().catch(() => undefined));
}

/** The same for an answer that is a file, with the name that the gateway gives it. Throws ApiError. */
export async function requestFile(path: string, options: RequestOptions): Promise<File> {
  const response = await send(path, options);
  if (!response.ok) throw problemError(response.status, await response.json().catch(() => undefined));
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return new File([await response.blob()], name ?? 'download');
}

async function send(
  path: string,
  { method = 'GET', json, file, fileType, signal, timeoutMs = requestTimeoutMs }: RequestOptions,
): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const headers = new Headers({ accept: 'application/json' });
  if (file) headers.set('content-type', fileType ?? 'application/octet-stream');
  if (json !== undefined) headers.set('content-type', 'application/json');
  try {
    return await fetch(path, {
      method,
      headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(file ? { body: file } : json === undefined ? {} : { body: JSON.stringify(json) }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('unreachable', 'The gateway does not answer', { cause });
  }
}
