import type { Evidence, Hop, Place, Transit } from './shapes.ts';
import { endOrNull, type Whereabouts } from './whereabouts.ts';

/** What was found out about whereabouts, with what is needed to spell it out. */
export interface Lookups {
  readonly evidence: ReadonlyMap<string, Evidence>;
  readonly place: (gln: string) => Place;
}

/**
 * The hops of a time line: stays at places, in the order of their arrival. Stays at one place that overlap or touch are
 * one, because goods that are packed where they are have not moved.
 */
export function hopsOf(found: readonly Whereabouts[], { evidence, place }: Lookups): Hop[] {
  const byPlace = Map.groupBy(
    found.filter((presence) => presence.at === 'place'),
    (presence) => presence.where_id,
  );
  return [...byPlace.entries()]
    .flatMap(([gln, presences]) =>
      merge(presences).map((stays): Hop => {
        const [first] = stays;
        const last = stays.reduce((latest, stay) => (stay.to_ms >= latest.to_ms ? stay : latest));
        const arrived = evidence.get(first?.from_event ?? '') ?? null;
        return {
          place: place(gln),
          arrivalMs: first?.from_ms ?? 0,
          departureMs: endOrNull(last.to_ms),
          units: [...new Set(stays.filter((stay) => stay.carrier_is_unit).map((stay) => stay.carrier))],
          bizStep: arrived?.bizStep ?? null,
          arrived,
          left: evidence.get(last.to_event ?? '') ?? null,
        };
      }),
    )
    .sort((a, b) => a.arrivalMs - b.arrivalMs || (a.departureMs ?? Infinity) - (b.departureMs ?? Infinity));
}

/** Movements between places, in the order in which they began. */
export function transitsOf(found: readonly Whereabouts[], { evidence, place }: Lookups): Transit[] {
  return found
    .filter((presence) => presence.at === 'transit')
    .map((presence) => ({
      from: place(presence.transit_from ?? ''),
      to: place(presence.transit_to ?? ''),
      unit: presence.carrier_is_unit ? presence.carrier : null,
      sentMs: presence.from_ms,
      receivedMs: endOrNull(presence.to_ms) ?? presence.left_ms,
      outstanding:
        endOrNull(presence.to_ms) === null && presence.remaining !== null
          ? { amount: presence.remaining, uom: presence.uom }
          : null,
      sent: evidence.get(presence.from_event) ?? null,
      received: evidence.get(presence.to_event ?? presence.left_event ?? '') ?? null,
    }))
    .sort((a, b) => a.sentMs - b.sentMs);
}

/** Groups of presences whose times overlap or touch; each in the order of its beginnings. */
function merge(presences: readonly Whereabouts[]): Whereabouts[][] {
  const groups: { stays: Whereabouts[]; toMs: number }[] = [];
  for (const presence of [...presences].sort((a, b) => a.from_ms - b.from_ms || a.to_ms - b.to_ms)) {
    const group = groups.at(-1);
    if (group && presence.from_ms <= group.toMs) {
      group.stays.push(presence);
      group.toMs = Math.max(group.toMs, presence.to_ms);
    } else {
      groups.push({ stays: [presence], toMs: presence.to_ms });
    }
  }
  return groups.map((group) => group.stays);
}
