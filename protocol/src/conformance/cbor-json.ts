import { fromHex, toHex } from '../bytes.ts';
import type { CborValue } from '../cbor.ts';

/**
 * CBOR values as the vectors write them in JSON: what JSON lacks is an object with one member — `bytes` (hex), `map`
 * (list of [key, value]), `integer` (decimal, beyond 2^53), `float` (IEEE 754 double in hex).
 */
export function fromVectorJson(json: unknown): CborValue {
  if (Array.isArray(json)) return json.map(fromVectorJson);
  if (typeof json !== 'object' || json === null) return json as CborValue;
  const { bytes, map, integer, float } = json as {
    bytes?: string;
    map?: unknown[][];
    integer?: string;
    float?: string;
  };
  if (bytes !== undefined) return fromHex(bytes);
  if (integer !== undefined) return BigInt(integer);
  if (float !== undefined) return new DataView(fromHex(float).buffer).getFloat64(0);
  if (map === undefined) throw new TypeError(`not a CBOR value of the vectors: ${JSON.stringify(json)}`);
  return new Map(map.map(([key, value]) => [key as number | string, fromVectorJson(value)]));
}

/** The inverse, save that a number is written as a double where it is no integer (and for −0). */
export function toVectorJson(value: CborValue): unknown {
  if (value instanceof Uint8Array) return { bytes: toHex(value) };
  if (Array.isArray(value)) return value.map(toVectorJson);
  if (value instanceof Map) return { map: [...value].map(([key, item]) => [key, toVectorJson(item)]) };
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value !== 'number' || (Number.isSafeInteger(value) && !Object.is(value, -0))) return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return { float: toHex(new Uint8Array(view.buffer)) };
}
