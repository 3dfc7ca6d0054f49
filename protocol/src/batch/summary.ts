import { type Bytes, sha256 } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import { ProtocolError } from '../error.ts';
import { isDeviceUrn } from '../reading/device-urn.ts';
import type { Assurance } from '../reading/leaf.ts';
import { maxEpoch } from '../reading/sequence.ts';
import { asUint, FieldReader } from './codec.ts';
import { parseNodeId } from './node-id.ts';

export const summaryVersion = 1;
export const maxSummaryBytes = 8 * 1024 * 1024;
const maxDevicesPerSummary = 20_000;
/** Streams of one device in a summary, each told once for each unit; so one reading cannot have more. */
export const maxStreamsPerDevice = 64;
const maxIntervalsPerStream = 10_000;
const maxRangesPerDevice = 10_000;

/** Figures are kept per five minutes of the records' own time. */
export const summaryIntervalMs = 300_000;

/** Counters `first` to `last`, both included and none missing between them, of one epoch. */
export interface SequenceRange {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
}

/** Figures of one stream over one interval `[startMs, startMs + summaryIntervalMs)`; values in thousandths of the unit. */
export interface IntervalFigures {
  readonly startMs: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** A stream that changed its unit is told once for each unit, in their order (none first). */
export interface StreamSummary {
  readonly stream: string;
  readonly unit: string | null;
  readonly intervals: readonly IntervalFigures[];
}

export interface DeviceSummary {
  readonly device: string;
  readonly assurance: Assurance;
  readonly readings: number;
  /** Empty for legacy devices, which have no counters. */
  readonly ranges: readonly SequenceRange[];
  readonly streams: readonly StreamSummary[];
}

/** What a batch holds, per device. It travels beside the statement, which fixes its digest. */
export interface Summary {
  readonly node: string;
  readonly sequence: number;
  readonly devices: readonly DeviceSummary[];
}

const field = { version: 1, node: 2, sequence: 3, intervalMs: 4, devices: 5 } as const;

/**
 * The one form of a summary's bytes. The caller keeps devices, ranges, streams and intervals in ascending order (texts by
 * their UTF-16 code units, which is how `<` and `sort()` compare), each named once; `decodeSummary` refuses others.
 */
export function encodeSummary(summary: Summary): Bytes {
  return encodeCbor(
    new Map<number, CborValue>([
      [field.version, summaryVersion],
      [field.node, summary.node],
      [field.sequence, summary.sequence],
      [field.intervalMs, summaryIntervalMs],
      [field.devices, summary.devices.map(encodeDevice)],
    ]),
  );
}

export function summaryDigest(bytes: Uint8Array): Promise<Bytes> {
  return sha256(bytes);
}

/** Reads a summary. Throws `too-large`, `cbor-…`, `summary-malformed` or `version-unknown`. */
export function decodeSummary(bytes: Uint8Array): Summary {
  if (bytes.length > maxSummaryBytes) {
    throw new ProtocolError('too-large', `a summary has at most ${maxSummaryBytes} bytes`, { bytes: bytes.length });
  }
  const read = new FieldReader(
    decodeDeterministicCbor(bytes),
    'summary-malformed',
    Object.values(field),
    summaryVersion,
  );
  if (read.uint(field.intervalMs) !== summaryIntervalMs) throw read.wrong(field.intervalMs);
  const node = read.text(field.node);
  parseNodeId(node);
  const devices = read.list(field.devices, maxDevicesPerSummary).map(decodeDevice);
  inOrder(devices, (a, b) => a.device < b.device, 'devices');
  return { node, sequence: read.uint(field.sequence), devices };
}

function encodeDevice(device: DeviceSummary): CborValue {
  return [
    device.device,
    device.assurance === 'device-signed' ? 1 : 2,
    device.readings,
    device.ranges.map((range) => [range.epoch, range.first, range.last]),
    device.streams.map((stream) => [
      stream.stream,
      stream.unit,
      stream.intervals.map((figures) => [figures.startMs, figures.count, figures.min, figures.max, figures.mean]),
    ]),
  ];
}

function decodeDevice(value: CborValue): DeviceSummary {
  const [device, assurance, readings, ranges, streams] = tuple(value, 5);
  if (typeof device !== 'string' || !isDeviceUrn(device) || (assurance !== 1 && assurance !== 2))
    throw malformed('device');
  return {
    device,
    assurance: assurance === 1 ? 'device-signed' : 'session-authenticated',
    readings: asUint(readings ?? null, 'summary-malformed', 'readings'),
    ranges: decodeRanges(ranges),
    streams: inOrder(
      items(streams, maxStreamsPerDevice, 'streams').map(decodeStream),
      (a, b) => a.stream < b.stream || (a.stream === b.stream && (a.unit ?? '') < (b.unit ?? '')),
      'streams',
    ),
  };
}

function decodeRanges(value: CborValue | undefined): readonly SequenceRange[] {
  const ranges = items(value, maxRangesPerDevice, 'ranges').map((range) => {
    const [epoch = -1, first = -1, last = -1] = integers(range, 3);
    if (epoch < 0 || epoch > maxEpoch || first < 0 || first > last) throw malformed('ranges');
    return { epoch, first, last };
  });
  return inOrder(ranges, (a, b) => a.epoch < b.epoch || (a.epoch === b.epoch && a.last < b.first), 'ranges');
}

function decodeStream(value: CborValue): StreamSummary {
  const [stream, unit, intervals] = tuple(value, 3);
  if (typeof stream !== 'string' || (unit !== null && typeof unit !== 'string')) throw malformed('stream');
  const figures = items(intervals, maxIntervalsPerStream, 'intervals').map((interval) => {
    const [startMs = 0, count = 0, min = 0, max = 0, mean = 0] = integers(interval, 5);
    if (count < 1 || min > mean || mean > max || startMs < 0 || startMs % summaryIntervalMs !== 0)
      throw malformed('intervals');
    return { startMs, count, min, max, mean };
  });
  return { stream, unit, intervals: inOrder(figures, (a, b) => a.startMs < b.startMs, 'intervals') };
}

/** Each item before the next one, so that nothing is told twice and one summary has one form of bytes. */
function inOrder<T>(items: readonly T[], before: (a: T, b: T) => boolean, what: string): readonly T[] {
  items.slice(1).forEach((item, index) => {
    if (!before(items[index] as T, item)) throw malformed(`${what} not in ascending order`);
  });
  return items;
}

function tuple(value: CborValue | undefined, length: number): CborValue[] {
  if (!Array.isArray(value) || value.length !== length) throw malformed(`an array of ${length}`);
  return value;
}

function items(value: CborValue | undefined, most: number, what: string): CborValue[] {
  if (!Array.isArray(value)) throw malformed(what);
  if (value.length > most) throw new ProtocolError('too-large', `at most ${most} ${what}`, { [what]: value.length });
  return value;
}

function integers(value: CborValue, length: number): number[] {
  const parts = tuple(value, length);
  if (!parts.every((part) => Number.isSafeInteger(part))) throw malformed(`${length} integers`);
  return parts as number[];
}

function malformed(what: string): ProtocolError {
  return new ProtocolError('summary-malformed', `the summary is wrong at: ${what}`, { at: what });
}
