import type { Bytes } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import type { Role, VectorKey } from '../conformance/hopline-keys.ts';
import { parseSign1 } from '../cose/index.ts';

/** The vectors' keys by role. */
export type Keys = Readonly<Record<Role, VectorKey>>;

/** Bytes that a format must refuse, or read although we would write them otherwise. */
export interface Variant {
  readonly name: string;
  readonly format: string;
  readonly bytes: Bytes;
}

/** The valid bytes by the vector's name, out of which variants are made. */
export type Originals = (name: string) => Bytes;

/** The fields of a signed message whose payload is a CBOR map. */
export function payloadOf(bytes: Bytes): Map<number, CborValue> {
  return decodeDeterministicCbor(parseSign1(bytes, 'deterministic').payload) as Map<number, CborValue>;
}

/** A copy of a map with fields set or, where `undefined`, left out. */
export function changedMap(
  map: Map<number, CborValue>,
  changes: [number, CborValue | undefined][],
): Map<number, CborValue> {
  const changed = new Map(map);
  for (const [key, value] of changes) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  return changed;
}

/** CBOR of a map whose keys stay in the order given, which is not the deterministic one. */
export function encodeInOrderGiven(map: ReadonlyMap<number, CborValue>): Bytes {
  const entries = [...map].flatMap(([key, value]) => [encodeCbor(key), encodeCbor(value)]);
  return Uint8Array.from([0xa0 + map.size, ...entries.flatMap((bytes) => [...bytes])]);
}
