import { type Bytes, fromBase64Url } from '@hopline/protocol';
import { Refused } from './refused.ts';

/** Bytes of an argument's base64url. Refuses `argument-malformed` where it is not in its one form. */
export function bytesOf(text: string, what: string): Bytes {
  try {
    return fromBase64Url(text);
  } catch (cause) {
    throw new Refused('argument-malformed', `${what} is not base64url without padding`, { what }, { cause });
  }
}
