/**
 * Composite keys as Fabric writes them: U+0000, the kind, U+0000, then each attribute followed by U+0000. The same
 * form as the chaincode shim's `createCompositeKey`, spelled out here so that readers of blocks need no shim.
 */
const separator = '\u0000';

/** What takes an attribute's place where there is none: Fabric allows no empty attributes. */
export const noAttribute = '-';

/** A key of the world state taken apart. */
export interface StateKey {
  readonly kind: string;
  readonly attributes: readonly string[];
}

/** The key of a record. Throws a TypeError for an attribute that is empty or holds U+0000. */
export function formatStateKey({ kind, attributes }: StateKey): string {
  for (const part of [kind, ...attributes]) {
    if (part === '' || part.includes(separator)) throw new TypeError('a part of a composite key is empty or holds NUL');
  }
  return separator + [kind, ...attributes].map((part) => part + separator).join('');
}

/** Takes a composite key apart; `null` for any other key. */
export function parseStateKey(key: string): StateKey | null {
  if (!key.startsWith(separator) || !key.endsWith(separator)) return null;
  const [kind, ...attributes] = key.slice(1, -1).split(separator);
  return kind ? { kind, attributes } : null;
}

const sequenceDigits = 16;

/** A number as a key's attribute: padded, so that the order of keys is the order of numbers. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(sequenceDigits, '0');
}
