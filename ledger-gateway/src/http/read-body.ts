import type { Context } from 'hono';
import type { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { readCapped } from '../read-capped.ts';
import { parseRequest } from './problem-response.ts';

/**
 * Reads a body up to a limit, whatever the request says of its length.
 * @throws GatewayError `too-large`, `unsupported-media-type`
 */
export async function readBytes(c: Context, maxBytes: number): Promise<Uint8Array> {
  demandPlain(c);
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) {
    throw new GatewayError('too-large', 'the body is too large', { maxBytes });
  }
  return readCapped(c.req.raw.body, maxBytes);
}

/** Reads a JSON body by its schema. Throws `too-large`, `unsupported-media-type`, `bad-request`. */
export async function readJson<S extends z.ZodType>(c: Context, schema: S, maxBytes: number): Promise<z.output<S>> {
  demandJson(c);
  const text = Buffer.from(await readBytes(c, maxBytes)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GatewayError('bad-request', 'the body is not JSON', {}, { cause });
  }
  return parseRequest(schema, value);
}

/** Throws `unsupported-media-type` for a body that is not JSON of some kind. */
export function demandJson(c: Context): void {
  demandType(c, /^application\/([a-z.+-]*\+)?json$/, 'application/json');
}

/** Nothing is unpacked here, so that no few bytes become many (RFC 9110, section 15.5.16). */
function demandPlain(c: Context): void {
  const encoding = c.req.header('content-encoding');
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new GatewayError('unsupported-media-type', 'the body must not be compressed', { contentEncoding: encoding });
}

/** The media type of a request's body, without its parameters. */
export function mediaType(c: Context): string {
  return (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Throws `unsupported-media-type` for a body of another type. */
export function demandType(c: Context, pattern: RegExp, expected: string): void {
  const type = mediaType(c);
  if (!pattern.test(type)) throw new GatewayError('unsupported-media-type', `the body must be ${expected}`, { type });
}
