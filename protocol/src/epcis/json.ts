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

/** Something in a document, and how one gets there. */
interface Place {
  readonly value: unknown;
  readonly step: PropertyKey;
  /** `null` for the document itself. */
  readonly parent: Place | null;
  readonly depth: number;
}

/**
 * Checks that a value is JSON of bounded depth and text length, without recursion: what comes in may be nested as deep
 * as its bytes allow. Pointers are made for what is refused only: there may be a million places.
 * @throws ProtocolError `epcis-limit` or `epcis-malformed`, with the JSON pointer
 */
export function assertBoundedJson(value: unknown, limits: EpcisLimits): asserts value is Json {
  const root: Place = { value, step: '', parent: null, depth: 1 };
  const open: Place[] = isLeaf(root, limits) ? [] : [root];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const depth = place.depth + 1;
    const look = (step: PropertyKey, child: unknown, parent: Place): void => {
      const next: Place = { value: child, step, parent, depth };
      if (!isLeaf(next, limits)) open.push(next);
    };
    if (Array.isArray(place.value)) for (const [step, child] of place.value.entries()) look(step, child, place);
    else for (const [name, child] of Object.entries(place.value as object)) look(name, child, place);
  }
}

/** Whether there is nothing within a place to look at. Throws where the place itself is not allowed. */
function isLeaf(place: Place, { maxTextChars, maxDepth }: EpcisLimits): boolean {
  const { value, step, depth } = place;
  // The one name that JavaScript does not treat as a name like others: no field of anybody's is called so.
  if (step === '__proto__') throw malformed('No field can have this name', place);
  if (typeof value === 'string') {
    if (value.length <= maxTextChars) return true;
    const pointer = pointerOf(place);
    throw new ProtocolError('epcis-limit', `A text of ${value.length} characters`, { pointer, maxTextChars });
  }
  if (typeof value !== 'object' || value === null) {
    if (isScalar(value)) return true;
    throw malformed('Not a JSON value', place);
  }
  if (depth <= maxDepth) return false;
  throw new ProtocolError('epcis-limit', `Nested deeper than ${maxDepth} levels`, {
    pointer: pointerOf(place),
    maxDepth,
  });
}

function malformed(why: string, place: Place): ProtocolError {
  return new ProtocolError('epcis-malformed', why, { pointer: pointerOf(place) });
}

function pointerOf(place: Place): string {
  const steps: PropertyKey[] = [];
  for (let at = place; at.parent !== null; at = at.parent) steps.push(at.step);
  return steps.reverse().reduce<string>(pointerTo, '');
}

/** Numbers beyond a double arrive from JSON.parse as infinite: they are not values that anybody wrote. */
function isScalar(value: unknown): boolean {
  return value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
}
