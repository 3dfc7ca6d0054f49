import type { StateKind } from '@hopline/protocol';
import type { Outcome } from '../transaction.ts';

/** Every transaction of the registry gives back and announces what it wrote; several `records` by how many there are. */
export function registered(kind: StateKind | 'records', id: string): Outcome {
  return { result: { kind, id }, event: { name: 'registered', payload: { kind, id } } };
}
