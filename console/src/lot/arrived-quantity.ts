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
 * How much of a lot came to a stay, as it was sent: loose goods by their shipments, goods in units by what lay in the
 * unit then. What was not sent there began there: then it is what was there at the beginning.
 */
export function arrivedQuantity({ item, hop, inbound, units, trace }: Question): Quantity[] {
  const loose = trace.edges.filter(({ kind, of, to, toMs }) => {
    if (kind !== 'shipped' || of !== item || to !== hop.place.gln) return false;
    return inbound.some(({ unit, receivedMs }) => unit === null && receivedMs === toMs);
  });
  const packed = units.filter(({ item: content, unit, fromMs, toMs }) =>
    inbound.some(
      (transit) =>
        transit.unit === unit && content === item && fromMs <= transit.sentMs && (toMs ?? Infinity) >= transit.sentMs,
    ),
  );
  if (inbound.length > 0) return sum([...loose, ...packed.map(({ quantity }) => quantity)]);
  return sum(
    trace.edges.filter(
      ({ kind, from, to, fromMs }) =>
        kind === 'at' && from === item && to === hop.place.gln && fromMs === hop.arrivalMs,
    ),
  );
}

function sum(parts: readonly ({ readonly amount: string | null; readonly uom: string | null } | null)[]): Quantity[] {
  return addQuantities(
    parts.flatMap((part) => (part === null || part.amount === null ? [] : [{ amount: part.amount, uom: part.uom }])),
  );
}
