import type { FullLot } from '../api/lot.ts';

const names: Readonly<Record<FullLot['state'], string>> = {
  held: 'In stock',
  'in-transit': 'On its way',
  gone: 'Used up or gone',
  seen: 'Seen, not held',
};

/** How a lot stands, in human words. */
export function stateName(state: FullLot['state']): string {
  return names[state];
}
