import { ProtocolError } from '../error.ts';

const dateTimeStamp = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})$/;

/** Time zone offsets of EPCIS: -14:00 to +14:00. */
const maxOffsetMinutes = 14 * 60;

/**
 * Milliseconds since 1970 UTC of an xsd:dateTimeStamp (ISO 8601 with a zone). Digits beyond the millisecond round half
 * up on the fourth (CBV 2.0, section 8.9), so that an event has the same time wherever it is written.
 * @throws ProtocolError `epcis-time`
 */
export function parseTimeMs(text: string): number {
  const match = dateTimeStamp.exec(text);
  if (match === null) {
    throw new ProtocolError('epcis-time', 'A time reads 2026-04-17T09:26:42.000-04:00, with its zone', { value: text });
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const offset = offsetMinutes(match[8] ?? 'Z');
  if (!isRealDate(localMs, [year, month, day, hour, minute, second]) || offset === undefined) {
    throw new ProtocolError('epcis-time', 'No such date, time of day or zone', { value: text });
  }
  return localMs + roundedMs(match[7] ?? '') - offset * 60_000;
}

/** Whether a text is a time zone offset of EPCIS: `+02:00`, `-05:00`. */
export function isZoneOffset(text: string): boolean {
  return /^[+-]\d{2}:\d{2}$/.test(text) && offsetMinutes(text) !== undefined;
}

function roundedMs(fraction: string): number {
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return (fraction[3] ?? '0') >= '5' ? ms + 1 : ms;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(4, 6));
  const total = Number(zone.slice(1, 3)) * 60 + minutes;
  if (minutes > 59 || total > maxOffsetMinutes) return undefined;
  return zone.startsWith('-') ? -total : total;
}

/** Date.UTC carries 31 April over to May, and reads two-digit years as 1900 and later. */
function isRealDate(ms: number, [year, month, day, hour, minute, second]: readonly number[]): boolean {
  const date = new Date(ms);
  return (
    date.getUTCFullYear() === year &&
    date.getUTCMonth() + 1 === month &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  );
}
