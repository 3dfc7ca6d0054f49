import type { Bytes } from '../bytes.ts';
import type { CborValue } from '../cbor.ts';
import { ProtocolError, type ProtocolErrorCode } from '../error.ts';

/** Every format has its version there, and a reader looks at it before anything else. */
const versionKey = 1;

/**
 * Readers of decoded CBOR for formats whose maps have integer keys. Each takes what it expects or throws the format's
 * own error code, naming the field. Another version than the known one is refused by name, whatever else is in it.
 */
export class FieldReader {
  readonly #map: ReadonlyMap<number | string, CborValue>;
  readonly #code: ProtocolErrorCode;

  constructor(value: CborValue, code: ProtocolErrorCode, keys: readonly number[], knownVersion: number) {
    if (!(value instanceof Map)) throw new ProtocolError(code, 'expected a map');
    const version = asUint(value.get(versionKey) ?? null, code, 'version');
    if (version !== knownVersion)
      throw new ProtocolError('version-unknown', `version ${version} is not known`, { version });
    for (const key of value.keys()) {
      if (!keys.includes(key as number)) throw new ProtocolError(code, `the field ${key} is not known`, { field: key });
    }
    this.#map = value;
    this.#code = code;
  }

  uint(key: number): number {
    return asUint(this.#map.get(key) ?? null, this.#code, key);
  }

  text(key: number): string {
    const value = this.#map.get(key);
    if (typeof value !== 'string') throw this.wrong(key);
    return value;
  }

  bytes(key: number, length: number): Bytes {
    const value = this.#map.get(key);
    if (!(value instanceof Uint8Array) || value.length !== length) throw this.wrong(key);
    return value as Bytes;
  }

  list(key: number, most: number): CborValue[] {
    const value = this.#map.get(key);
    if (!Array.isArray(value)) throw this.wrong(key);
    if (value.length > most)
      throw new ProtocolError('too-large', `the field ${key} has at most ${most} entries`, { field: key });
    return value;
  }

  has(key: number): boolean {
    return this.#map.has(key);
  }

  wrong(key: number): ProtocolError {
    return new ProtocolError(this.#code, `the field ${key} is missing or not of its type`, { field: key });
  }
}

/** A non-negative integer that JavaScript holds exactly. */
export function asUint(value: CborValue, code: ProtocolErrorCode, field: number | string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ProtocolError(code, `the field ${field} is not an unsigned integer`, { field });
}
