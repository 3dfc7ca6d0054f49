import type { Containment, Hop, Transit } from '../api/history.ts';
import type { Trace } from '../api/trace.ts';
import { addQuantities, type Quantity } from '../format/number.ts';

interface Question {
  /** Canonical identifier of the lot. */
  readonly item: string;
  readonly hop: Hop;
  readonly inbound: readonly Transit[];
  /** The units that the lot was in. */
  readonly units: readonly Containment[];
  readonly trace: Trace;
}

/**
 * How much of a lot came to a stay: loose goods as they were received, goods in units by what lay in the unit on the way.
 * What was not sent there began there: then it is what was there at the beginning.
 */
export function arrivedQuantity({ item, hop, inbound, units, trace }: Question): Quantity[] {
  const received = new Set(inbound.flatMap((transit) => (transit.received === null ? [] : [transit.received.event])));
  const loose = trace.edges.filter(
    ({ kind, from, to, fromMs, event }) =>
      kind === 'at' &&
      from === item &&
      to === hop.place.gln &&
      (inbound.length === 0 ? fromMs === hop.arrivalMs : received.has(event)),
  );
  const packed = units.filter(
    (content) => content.item === item && inbound.some((transit) => isInside(content, transit)),
  );
  return addQuantities(
    [...loose, ...packed.map(({ quantity }) => quantity)].flatMap((part) =>
      part === null || part.amount === null ? [] : [{ amount: part.amount, uom: part.uom }],
    ),
  );
}

function isInside({ unit, fromMs, toMs }: Containment, transit: Transit): boolean {
  return transit.unit === unit && fromMs <= transit.sentMs && (toMs ?? Number.POSITIVE_INFINITY) >= transit.sentMs;
}
