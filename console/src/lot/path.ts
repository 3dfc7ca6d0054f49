import type { Hop, Transit } from '../api/history.ts';
import type { Discrepancy } from '../api/lot.ts';
import type { Incident } from './incidents.ts';

/** A line of the path: a stay with the ways that led to it, or a way whose end is not known yet. */
export type PathLine =
  | {
      readonly kind: 'stay';
      readonly hop: Hop;
      readonly inbound: readonly Transit[];
      readonly discrepancies: readonly Discrepancy[];
      readonly incidents: readonly Incident[];
    }
  | { readonly kind: 'way'; readonly transit: Transit };

interface Travelled {
  /** Canonical identifier of what travelled. */
  readonly id: string;
  readonly hops: readonly Hop[];
  readonly transits: readonly Transit[];
}

/** The path in order: stays with what arrived for them, and ways that have not ended. */
export function pathLines(
  { id, hops, transits }: Travelled,
  discrepancies: readonly Discrepancy[],
  incidents: readonly Incident[],
): PathLine[] {
  const arrivals = new Map<Hop, Transit[]>(hops.map((hop) => [hop, []]));
  const underWay: Transit[] = [];
  for (const transit of transits) {
    const hop = hops.find((each) => endsAt(transit, each));
    if (hop) arrivals.get(hop)?.push(transit);
    else underWay.push(transit);
  }
  const lines: PathLine[] = [
    ...hops.map((hop): PathLine => {
      const inbound = arrivals.get(hop) ?? [];
      return {
        kind: 'stay',
        hop,
        inbound,
        discrepancies: discrepancies.filter((each) => isOf(each, hop, inbound)),
        incidents: incidents.filter((incident) => touches(incident, hop, id)),
      };
    }),
    ...underWay.map((transit): PathLine => ({ kind: 'way', transit })),
  ];
  return lines.sort((a, b) => beginOf(a) - beginOf(b));
}

function beginOf(line: PathLine): number {
  return line.kind === 'stay' ? line.hop.arrivalMs : line.transit.sentMs;
}

function endsAt({ to, receivedMs }: Transit, hop: Hop): boolean {
  if (receivedMs === null || to.gln !== hop.place.gln) return false;
  return receivedMs >= hop.arrivalMs && receivedMs <= (hop.departureMs ?? Number.POSITIVE_INFINITY);
}

/** A difference belongs to the stay that began with the receipt; its shipment says which. */
function isOf(discrepancy: Discrepancy, hop: Hop, inbound: readonly Transit[]): boolean {
  return discrepancy.to === hop.place.gln && inbound.some(({ sent }) => sent?.event === discrepancy.shipment);
}

function touches({ place, inUnit, fromMs, toMs }: Incident, hop: Hop, id: string): boolean {
  const there = place === hop.place.gln || inUnit === id || (inUnit !== null && hop.units.includes(inUnit));
  return there && fromMs < (hop.departureMs ?? Number.POSITIVE_INFINITY) && toMs > hop.arrivalMs;
}
