import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { PageKey } from './compile-query.ts';
import { parameterError } from './parameter-error.ts';

const keySchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('commit'), seq: z.int().min(0) }),
  z.strictObject({ by: z.literal('time'), ms: z.int(), seq: z.int().min(0) }),
  z.strictObject({ by: z.literal('field'), offset: z.int().min(0) }),
  /** Of a list of values. */
  z.strictObject({ by: z.literal('text'), text: z.string().max(4_096) }),
]);
const tokenSchema = z.strictObject({
  /** Digest of what was asked: a token goes on with the same question only. */
  question: z.string(),
  asOf: z.int().min(0),
  from: keySchema,
  /** Events on the pages before. */
  given: z.int().min(0),
});

/** What a page's token says. It holds all that the next page needs: nothing is kept for it, and it never expires. */
export interface PageToken {
  readonly question: string;
  readonly asOf: number;
  readonly from: PageKey | { readonly by: 'text'; readonly text: string };
  readonly given: number;
}

export function writePageToken(token: PageToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/**
 * Reads a token that goes on with this question. It is not secret and not signed: whoever changes it gets another part of
 * what may be read anyway.
 * @throws GatewayError `query-parameter`
 */
export function readPageToken(text: string, question: string): PageToken {
  const token = tokenSchema.safeParse(jsonOrNull(Buffer.from(text, 'base64url').toString('utf8')));
  if (!token.success) throw parameterError('nextPageToken', 'Not a token of this interface');
  if (token.data.question !== question) {
    throw parameterError('nextPageToken', 'The token belongs to another query');
  }
  return token.data;
}

/** A short digest of what is asked. */
export function questionOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
