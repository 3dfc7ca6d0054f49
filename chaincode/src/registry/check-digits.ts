import { hasCheckDigit } from '@hopline/protocol/gs1';
import { Refused } from '../refused.ts';

/** Refuses GS1 keys (GLN, GTIN) whose check digit is wrong: a mistyped place would be on the ledger for ever. */
export function assertCheckDigits(what: string, keys: readonly string[]): void {
  for (const key of keys) {
    if (!hasCheckDigit(key))
      throw new Refused('argument-malformed', `the check digit of ${what} is wrong`, { [what]: key });
  }
}
