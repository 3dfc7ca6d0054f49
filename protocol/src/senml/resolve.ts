import { ProtocolError } from '../error.ts';
import type { RawPack, SenmlRecord, SenmlValue } from './record.ts';
import { isSenmlUnit, type SenmlUnit } from './units.ts';

export const maxRecordsPerPack = 1000;
const maxNameCharacters = 256;
const senmlVersion = 10;

/** Times below 2^28 s are relative to now (RFC 8428 §4.5.3). */
const absoluteTimeFromSeconds = 2 ** 28;
/** The year 9999: beyond it milliseconds are no longer exact in what we compute. */
const latestTimeSeconds = 253_402_300_799;

/** Names: RFC 8428 §4.5.1. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;

const understood = new Set(['bver', 'bn', 'bt', 'bu', 'bv', 'bs', 'n', 'u', 'v', 'vs', 'vb', 'vd', 's', 't', 'ut']);
const valueLabels = ['v', 'vs', 'vb', 'vd'] as const;

interface Base {
  version: number | null;
  name: string;
  timeSeconds: number;
  unit: string | null;
  value: number | null;
  sum: number | null;
}

/**
 * Resolves a pack (RFC 8428 §4.6): base fields are folded in. `nowMs` is what relative times count from; `null` refuses
 * them, since a signed reading must say when it was taken by itself. Throws `senml-malformed`, `senml-unit` or
 * `senml-relative-time`, with the index of the record at fault.
 */
export function resolvePack(pack: RawPack, nowMs: number | null): SenmlRecord[] {
  if (pack.length === 0) throw malformed('an empty pack', 0);
  if (pack.length > maxRecordsPerPack) {
    throw new ProtocolError('too-large', `a pack has at most ${maxRecordsPerPack} records`, { records: pack.length });
  }
  const base: Base = { version: null, name: '', timeSeconds: 0, unit: null, value: null, sum: null };
  const records: SenmlRecord[] = [];
  for (const [index, raw] of pack.entries()) {
    takeBase(base, raw, index);
    const record = resolveRecord(base, raw, index, nowMs);
    if (record) records.push(record);
  }
  return records;
}

function takeBase(base: Base, raw: Readonly<Record<string, unknown>>, index: number): void {
  for (const label of Object.keys(raw)) {
    // A label that ends in "_" must be understood (RFC 8428 §4.4); others may be ignored.
    if (label.endsWith('_') && !understood.has(label)) throw malformed(`the label ${label} is not known`, index);
  }
  const version = number(raw, 'bver', index);
  if (version !== null) takeVersion(base, version, index);
  base.name = text(raw, 'bn', index) ?? base.name;
  base.unit = text(raw, 'bu', index) ?? base.unit;
  base.timeSeconds = number(raw, 'bt', index) ?? base.timeSeconds;
  base.value = number(raw, 'bv', index) ?? base.value;
  base.sum = number(raw, 'bs', index) ?? base.sum;
}

/** All records of a pack have one version, and a higher one than ours must not be used (RFC 8428 §4.4). */
function takeVersion(base: Base, version: number, index: number): void {
  if (!Number.isInteger(version)) throw malformed('a version that is not an integer', index);
  if (version > senmlVersion) {
    throw new ProtocolError('version-unknown', `SenML version ${version} is not known`, { record: index, version });
  }
  if (version !== (base.version ?? (index === 0 ? version : senmlVersion))) throw malformed('a second version', index);
  base.version = version;
}

function resolveRecord(
  base: Base,
  raw: Readonly<Record<string, unknown>>,
  index: number,
  nowMs: number | null,
): SenmlRecord | null {
  const value = readValue(base, raw, index);
  const ownSum = number(raw, 's', index);
  if (value === null && ownSum === null) return null;
  const name = base.name + (text(raw, 'n', index) ?? '');
  if (name.length > maxNameCharacters || !namePattern.test(name))
    throw malformed(`the name "${name.slice(0, maxNameCharacters)}"`, index);
  return {
    name,
    unit: unitOf(text(raw, 'u', index) ?? base.unit, index),
    value: value ?? { kind: 'sum' },
    sum: ownSum === null && base.sum === null ? null : (ownSum ?? 0) + (base.sum ?? 0),
    timeMs: timeOf(base.timeSeconds + (number(raw, 't', index) ?? 0), index, nowMs),
  };
}

function readValue(base: Base, raw: Readonly<Record<string, unknown>>, index: number): SenmlValue | null {
  const present = valueLabels.filter((label) => raw[label] !== undefined);
  if (present.length > 1) throw malformed(`a record with both ${present.join(' and ')}`, index);
  const v = number(raw, 'v', index);
  if (v !== null) return { kind: 'number', value: v + (base.value ?? 0) };
  const vs = text(raw, 'vs', index);
  if (vs !== null) return { kind: 'text', value: vs };
  const { vb, vd } = raw;
  if (typeof vb === 'boolean') return { kind: 'boolean', value: vb };
  if (vd instanceof Uint8Array) return { kind: 'data', value: vd };
  if (present.length > 0) throw malformed(`${present[0]} of the wrong type`, index);
  return base.value === null || raw.s !== undefined || raw.n === undefined
    ? null
    : { kind: 'number', value: base.value };
}

function unitOf(unit: string | null, index: number): SenmlUnit | null {
  if (unit === null || isSenmlUnit(unit)) return unit;
  throw new ProtocolError('senml-unit', `the unit "${unit}" is not a primary unit of the SenML registry`, {
    record: index,
    unit,
  });
}

function timeOf(seconds: number, index: number, nowMs: number | null): number {
  const isAbsolute = seconds >= absoluteTimeFromSeconds;
  if (!isAbsolute && nowMs === null) {
    throw new ProtocolError('senml-relative-time', 'a signed reading needs absolute times', {
      record: index,
      time: seconds,
    });
  }
  const timeMs = Math.round(isAbsolute ? seconds * 1000 : (nowMs ?? 0) + seconds * 1000);
  if (timeMs < 0 || timeMs > latestTimeSeconds * 1000) throw malformed('a time before 1970 or after 9999', index);
  return timeMs;
}

function number(raw: Readonly<Record<string, unknown>>, label: string, index: number): number | null {
  const value = raw[label];
  if (value === undefined) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw malformed(`${label} is not a number`, index);
}

function text(raw: Readonly<Record<string, unknown>>, label: string, index: number): string | null {
  const value = raw[label];
  if (value === undefined) return null;
  if (typeof value === 'string') return value;
  throw malformed(`${label} is not a text`, index);
}

function malformed(why: string, record: number): ProtocolError {
  return new ProtocolError('senml-malformed', `SenML refused at record ${record}: ${why}`, { record });
}
