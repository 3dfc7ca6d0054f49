import type { MovementEnd } from '@hopline/protocol';

/** Codes of the ends of movements in `flows`. They are in the database: none may change, others may follow. */
export const flowEnds = {
  place: 1,
  unit: 2,
  transit: 3,
  transformation: 4,
  outside: 5,
  difference: 6,
  gone: 7,
  early: 8,
} as const satisfies Record<MovementEnd['at'], number>;

type Gone = Extract<MovementEnd, { at: 'gone' }>['how'];

/** How goods left the ledger, as the number of such an end. */
export const goneHow = { destroyed: 1, decommissioned: 2, sold: 3, removed: 4 } as const satisfies Record<Gone, number>;

const howByCode = new Map<number, Gone>(Object.entries(goneHow).map(([how, code]) => [code, how as Gone]));

/** How goods left the ledger, by its number; `removed` for one that is not known here. */
export function howOf(code: number): Gone {
  return howByCode.get(code) ?? 'removed';
}
