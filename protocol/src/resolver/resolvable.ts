import { ProtocolError } from '../error.ts';
import { type GS1Identifier, parseDigitalLink } from '../gs1/index.ts';

/** Primary keys whose Digital Links are resolved: trade items, logistic units, places. */
export const resolvedKeys = ['00', '01', '414'] as const;

/** What a Digital Link that is resolved names. */
export type Resolvable = Extract<GS1Identifier, { kind: 'gtin' | 'lgtin' | 'sgtin' | 'sscc' | 'gln' | 'sgln' }>;

const resolvedPath = /^\/(00|01|414)\//;

/**
 * Whole-path compression (GS1 Digital Link: Compression 1.0) begins with the key's digits, four bits each: 00 and 01 give `A`
 * and `AA`…`AP` or `AQ`…`Af`, 41 (of 414) `QQ`…`Qf`.
 */
const compressedPath = /^\/(A[A-Za-f]|Q[Q-Za-f])[A-Za-z0-9_-]{8,}$/;

/** Whether a path is one that the resolver answers: a Digital Link of its keys, or one that was compressed. */
export function isResolverPath(path: string): boolean {
  return resolvedPath.test(path) || compressedPath.test(path);
}

/**
 * The identifier that a path names, a slash at its end tolerated.
 * @throws ProtocolError `gs1-compressed` for a compressed link, which is refused by name, and all of `parseDigitalLink`
 */
export function parseResolvable(path: string): Resolvable {
  if (compressedPath.test(path) || isPartlyCompressed(path)) {
    throw new ProtocolError('gs1-compressed', 'Compressed Digital Links are not resolved here', { path });
  }
  const identifier = parseDigitalLink(`https://resolver.invalid${path}`);
  switch (identifier.kind) {
    case 'gtin':
    case 'lgtin':
    case 'sgtin':
    case 'sscc':
    case 'gln':
    case 'sgln':
      return identifier;
    default:
      throw new ProtocolError('gs1-unrecognised', 'This key is not resolved here', { path, keys: resolvedKeys });
  }
}

/** A primary key as it is, and everything behind it compressed into one segment. */
function isPartlyCompressed(path: string): boolean {
  const segments = path.replace(/\/$/, '').split('/').slice(1);
  return segments.length === 3 && /^[A-Za-z0-9_-]{8,}$/.test(segments[2] ?? '');
}

/**
 * A thing and what it is one of, from the finest to the coarsest: an item, its lot where it is known, its product; a place
 * inside a place, the place.
 */
export function levelsOf(identifier: Resolvable): Resolvable[] {
  switch (identifier.kind) {
    case 'sgtin': {
      const { gtin, lot } = identifier;
      return [
        identifier,
        ...(lot === undefined ? [] : [{ kind: 'lgtin', gtin, lot } as const]),
        { kind: 'gtin', gtin },
      ];
    }
    case 'lgtin':
      return [identifier, { kind: 'gtin', gtin: identifier.gtin }];
    case 'sgln':
      return [identifier, { kind: 'gln', gln: identifier.gln }];
    default:
      return [identifier];
  }
}
