import type { StateKind } from '@hopline/protocol';
import type { Outcome } from '../transaction.ts';

/** Every transaction of the registry gives back and announces what it wrote. */
export function registered(kind: StateKind, id: string): Outcome {
  return { result: { kind, id }, event: { name: 'registered', payload: { kind, id } } };
}
