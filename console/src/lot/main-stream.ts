import type { Rule } from '../api/shapes.ts';

/** The stream that matters most for a product: the one that its first limit speaks of. */
export function mainStream(limits: readonly Rule[]): string {
  return limits[0]?.stream ?? 'temperature';
}
