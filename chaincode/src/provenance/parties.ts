import type { NormalisedEvent } from '@hopline/protocol/epcis';
import { Refused } from '../refused.ts';
import type { Draft } from '../state/draft.ts';
import { glnOf } from './identifiers.ts';
import type { Scene } from './scene.ts';

/** In which order the ends of a hand-over are believed: a place, then who has the goods, then who owns them. */
const receiverTypes = ['location', 'possessing_party', 'owning_party'] as const;
/** Who owns goods need not be who ships or receives them. */
const actingTypes = ['location', 'possessing_party'];

/** GLN that a shipping event names as its receiver. Refuses `event-party` where there is none. */
export function namedReceiver({ destinations }: NormalisedEvent): string {
  for (const type of receiverTypes) {
    for (const destination of destinations) {
      const gln = destination.type === type ? glnOf(destination.id) : null;
      if (gln !== null) return gln;
    }
  }
  throw new Refused('event-party', 'shipping names its receiver: a destination with a GLN', {
    destinations: destinations.map(({ id }) => id),
  });
}

/** GLNs that an event names on one side of a hand-over. */
export function namedGlns(ends: NormalisedEvent['sources'], types: readonly string[] = receiverTypes): string[] {
  return ends.flatMap(({ type, id }) => (types.includes(type) ? (glnOf(id) ?? []) : []));
}

export async function loadSites(draft: Draft, glns: Iterable<string>): Promise<void> {
  for (const gln of glns) await draft.load('site', gln);
}

/** Refuses `event-party` where the acting side of a hand-over is a site of another organisation than the signer's. */
export function assertActs(draft: Draft, ends: NormalisedEvent['sources'], { mspId, event }: Scene): void {
  for (const gln of namedGlns(ends, actingTypes)) {
    const owner = draft.get('site', gln)?.mspId;
    if (owner === undefined || owner === mspId) continue;
    throw new Refused('event-party', 'the step is for another organisation to state', {
      bizStep: event.bizStep,
      gln,
      owner,
      mspId,
    });
  }
}

/** As what the scene's organisation may receive a shipment: as its named receiver, as its sender, or not at all. */
export function roleIn(
  draft: Draft,
  { from, to, custodian }: { readonly from: string; readonly to: string; readonly custodian: string | null },
  { place, mspId }: Scene,
): 'receiver' | 'sender' | null {
  if (from === place && custodian === mspId) return 'sender';
  return draft.get('site', to)?.mspId === mspId ? 'receiver' : null;
}
