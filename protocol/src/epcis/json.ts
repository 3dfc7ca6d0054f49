import { ProtocolError } from '../error.ts';
import type { EpcisLimits } from './limits.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether a JSON value is an object (neither an array nor null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Extends a JSON pointer (RFC 6901) by one step. */
export function pointerTo(pointer: string, step: PropertyKey): string {
  return `${pointer}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/**
 * Checks that a value is JSON of bounded depth and text length, without recursion: what comes in may be nested as deep
 * as its bytes allow.
 * @throws ProtocolError `epcis-limit` or `epcis-malformed`, with the JSON pointer
 */
export function assertBoundedJson(value: unknown, limits: EpcisLimits): asserts value is Json {
  const open: Array<{ value: unknown; pointer: string; depth: number }> = [{ value, pointer: '', depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { pointer, depth } = next;
    if (typeof next.value === 'string') assertTextLength(next.value, pointer, limits);
    else if (typeof next.value === 'object' && next.value !== null) {
      if (depth > limits.maxDepth) {
        throw new ProtocolError('epcis-limit', `Nested deeper than ${limits.maxDepth} levels`, {
          pointer,
          maxDepth: limits.maxDepth,
        });
      }
      for (const [name, child] of Object.entries(next.value)) {
        assertUsableName(name, pointer);
        open.push({ value: child, pointer: pointerTo(pointer, name), depth: depth + 1 });
      }
    } else if (!isScalar(next.value)) {
      throw new ProtocolError('epcis-malformed', 'Not a JSON value', { pointer });
    }
  }
}

/** The one name that JavaScript does not treat as a name like others: no field of anybody's is called so. */
function assertUsableName(name: string, pointer: string): void {
  if (name !== '__proto__') return;
  throw new ProtocolError('epcis-malformed', 'No field can have this name', { pointer: pointerTo(pointer, name) });
}

function assertTextLength(text: string, pointer: string, limits: EpcisLimits): void {
  if (text.length <= limits.maxTextChars) return;
  throw new ProtocolError('epcis-limit', `A text of ${text.length} characters`, {
    pointer,
    maxTextChars: limits.maxTextChars,
  });
}

/** Numbers beyond a double arrive from JSON.parse as infinite: they are not values that anybody wrote. */
function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
