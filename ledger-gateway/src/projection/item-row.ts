import { ProtocolError } from '@hopline/protocol';
import { type GS1Identifier, parseIdentifier } from '@hopline/protocol/gs1';
import type { RowOf } from './rows.ts';

/** The row of something that events speak of, with the keys by which people look for it. */
export function itemRow(item: string, event: string, timeMs: number): RowOf<'items'> {
  const id = identify(item);
  return {
    item,
    kind: id?.kind ?? 'uri',
    gtin: id && 'gtin' in id ? id.gtin : null,
    lot: id && 'lot' in id ? (id.lot ?? null) : null,
    serial: id && 'serial' in id ? (id.serial ?? null) : null,
    sscc: id?.kind === 'sscc' ? id.sscc : null,
    first_event: event,
    first_ms: timeMs,
    // Given when it is applied: what is known already keeps its own.
    number: null,
  };
}

/** The GS1 key in a canonical identifier; `null` for any other URI, which events may use as well. */
export function identify(item: string): GS1Identifier | null {
  try {
    return parseIdentifier(item);
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
