import { z } from 'zod';
import { fromUtf8 } from '../bytes.ts';
import { ProtocolError, type ProtocolErrorCode } from '../error.ts';

const anyFormat = z.object({ format: z.int() });

/**
 * Reads a JSON payload of a format that names its version in `format`. Throws `version-unknown` for another version than
 * 1, whatever else is in it, and `code` for what is not of the schema.
 */
export function parseJsonFormat<T>(payload: Uint8Array, schema: z.ZodType<T>, code: ProtocolErrorCode): T {
  const value = parseJson(payload, code);
  const named = anyFormat.safeParse(value);
  if (named.success && named.data.format !== 1) {
    const version = named.data.format;
    throw new ProtocolError('version-unknown', `format ${version} is not known`, { version });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join('.'));
  throw new ProtocolError(code, 'the payload is not of its form', { paths }, { cause: parsed.error });
}

function parseJson(payload: Uint8Array, code: ProtocolErrorCode): unknown {
  try {
    return JSON.parse(fromUtf8(payload));
  } catch (cause) {
    throw new ProtocolError(code, 'the payload is not a JSON text in UTF-8', {}, { cause });
  }
}
