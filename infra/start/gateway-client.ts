import { problemSchema } from '@hopline/protocol';
import { z } from 'zod';

const requestTimeoutMs = 60_000;

/** An answer of a gateway or an edge node that is not 2xx, with its problem details. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;

  constructor(what: string, status: number, code: string, detail: string) {
    super(`${what} answered ${status} ${code}: ${detail}`);
    this.status = status;
    this.code = code;
  }
}

/** Calls an HTTP interface of ours with a bearer token and JSON; the answer is checked by its schema. */
export class ApiClient {
  readonly url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url;
    this.#token = token;
  }

  get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    return this.#call('GET', path, undefined, schema);
  }

  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.#call('POST', path, body, schema);
  }

  put<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.#call('PUT', path, body, schema);
  }

  async #call<T>(method: string, path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const text = await response.text();
    if (!response.ok) throw toProblem(`${method} ${path}`, response.status, text);
    return schema.parse(text === '' ? null : JSON.parse(text));
  }
}

function toProblem(what: string, status: number, text: string): HttpProblem {
  try {
    const found = problemSchema.parse(JSON.parse(text));
    return new HttpProblem(what, status, found.code, found.detail ?? found.title);
  } catch {
    // Something between us and the service answered, not the service itself.
    return new HttpProblem(what, status, 'unknown', text.slice(0, 500));
  }
}

/** For answers of which only the status matters. */
export const ignored: z.ZodType<unknown> = z.unknown();
