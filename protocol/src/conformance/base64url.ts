import { z } from 'zod';
import { fromBase64Url, fromHex, toBase64Url, toHex } from '../bytes.ts';
import { type Failure, same } from './failure.ts';

const base64UrlVectors = z.object({
  texts: z.array(z.object({ hex: z.string(), text: z.string() })).min(1),
  refused: z.array(z.object({ about: z.string(), text: z.string() })).min(1),
});

/**
 * Runs `vectors/base64url.json` on this platform, both ways.
 * @param vectors the file's content, parsed
 * @returns what came out differently; empty where the platform conforms
 */
export function runBase64UrlVectors(vectors: unknown): Failure[] {
  const { texts, refused } = base64UrlVectors.parse(vectors);
  return [
    ...texts.flatMap(({ hex, text }) => [
      ...same(`base64url of ${hex}`, text, () => toBase64Url(fromHex(hex))),
      ...same(`bytes of ${text}`, hex, () => toHex(fromBase64Url(text))),
    ]),
    ...refused.flatMap(({ about, text }) => same(about, 'refused', () => refusal(text))),
  ];
}

function refusal(text: string): string {
  try {
    return toHex(fromBase64Url(text));
  } catch (error) {
    if (error instanceof TypeError) return 'refused';
    throw error;
  }
}
