import { openEndMs, type RowOf } from './rows.ts';

export type DevicePlaceRow = RowOf<'device_places'> & {
  readonly device: string;
  readonly place: string;
  readonly from_ms: number;
  readonly to_ms: number;
};

/** A device as a transaction left it. */
export interface DeviceChange {
  readonly device: string;
  /** GLN of the place whose conditions it measures; `null` for one that travels. */
  readonly place: string | null;
  /** Time of the transaction. */
  readonly timeMs: number;
}

/**
 * Rows that change because devices were enrolled or moved. A device measures its first place from ever on: readings from before its
 * enrolment are of there. A move counts from the time of its transaction.
 *
 * @param known devices that the ledger knew before
 * @param open rows without an end, at most one a device
 */
export function foldDevicePlaces(
  changes: readonly DeviceChange[],
  known: ReadonlySet<string>,
  open: readonly DevicePlaceRow[],
): DevicePlaceRow[] {
  const current = new Map(open.map((row) => [row.device, row]));
  const rows: DevicePlaceRow[] = [];
  for (const { device, place, timeMs } of changes) {
    const before = current.get(device);
    if (before?.place === place) continue;
    // Times are claims of clients: a place lasts for a moment at least, whatever they say.
    const fromMs = before ? Math.max(timeMs, before.from_ms + 1) : known.has(device) ? timeMs : 0;
    if (before) rows.push({ ...before, to_ms: fromMs });
    if (place !== null) rows.push({ device, place, from_ms: fromMs, to_ms: openEndMs });
  }
  return rows;
}
