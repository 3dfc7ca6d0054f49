import {
  type DeviceSequence,
  type DeviceSummary,
  decodeLeaf,
  type Leaf,
  maxStreamsPerDevice,
  parseReading,
  readLegacyRecords,
  readRecords,
  type SequenceRange,
  type StreamRecord,
  type StreamSummary,
  type Summary,
  summaryIntervalMs,
  valueScale,
} from '@hopline/protocol';

/** Bounds of one summary, below those of its format and of a row (2 MB); a batch is cut before it passes them. */
export const maxDevicesPerBatch = 20_000;
export const maxRangesPerDevice = 5000;
export const maxIntervalsPerStream = 5000;
export const maxSummaryBytesPerBatch = 1_500_000;

/** Most that one entry can take in CBOR; a device or stream also has its name. */
const bytesPerInterval = 40;
const bytesPerRange = 20;
const bytesPerName = 24;

interface Figures {
  count: number;
  sum: number;
  min: number;
  max: number;
}

interface StreamFigures {
  readonly stream: string;
  readonly unit: string | null;
  readonly intervals: Map<number, Figures>;
}

interface DeviceFigures {
  readonly device: string;
  readonly assurance: Leaf['assurance'];
  readings: number;
  readonly sequences: DeviceSequence[];
  readonly streams: Map<string, StreamFigures>;
}

/** Records of a leaf, and its place in its device's sequence; both follow from the leaf's bytes alone. */
export function readLeaf(bytes: Uint8Array): {
  leaf: Leaf;
  sequence: DeviceSequence | null;
  records: readonly StreamRecord[];
} {
  const leaf = decodeLeaf(bytes);
  if (leaf.assurance === 'session-authenticated') {
    return { leaf, sequence: null, records: readLegacyRecords(leaf.device, leaf.message, leaf.receivedAtMs) };
  }
  const reading = parseReading(leaf.message);
  return { leaf, sequence: reading.sequence, records: readRecords(reading) };
}

/**
 * Adds leaves up to a batch's summary. The result depends on the set of leaves and their order and on nothing else.
 * Figures: numeric records by five-minute interval of their own time, in thousandths, each rounded; the mean is the
 * rounded quotient of their sum. Records of other kinds count as readings of their device only.
 */
export class SummaryBuilder {
  readonly #devices = new Map<string, DeviceFigures>();
  #estimatedBytes = 200;

  /** Takes a leaf in; false, and nothing is taken, where the summary would pass its bounds. */
  tryAdd(bytes: Uint8Array): boolean {
    const { leaf, sequence, records } = readLeaf(bytes);
    const key = `${leaf.device} ${leaf.assurance}`;
    const known = this.#devices.get(key);
    if (!known && this.#devices.size >= maxDevicesPerBatch) return false;
    const device = known ?? emptyDevice(leaf);
    if (!this.#hasRoom(device, known === undefined, sequence, records)) return false;
    this.#devices.set(key, device);
    device.readings++;
    if (sequence) device.sequences.push(sequence);
    for (const record of records) addRecord(device, record);
    return true;
  }

  build(node: string, sequence: number): Summary {
    const devices = [...this.#devices.values()].sort(
      (a, b) => order(a.device, b.device) || order(a.assurance, b.assurance),
    );
    return { node, sequence, devices: devices.map(summariseDevice) };
  }

  #hasRoom(
    device: DeviceFigures,
    isNew: boolean,
    sequence: DeviceSequence | null,
    records: readonly StreamRecord[],
  ): boolean {
    let bytes = isNew ? device.device.length + bytesPerName : 0;
    const last = device.sequences.at(-1);
    if (sequence && !(last && last.epoch === sequence.epoch && last.counter + 1 === sequence.counter)) {
      bytes += bytesPerRange;
    }
    const streams = new Set(device.streams.keys());
    for (const record of records) {
      const key = streamKey(record);
      if (!streams.has(key)) bytes += record.stream.length + bytesPerName;
      streams.add(key);
      const intervals = device.streams.get(key)?.intervals;
      if (intervals?.has(intervalOf(record.timeMs))) continue;
      bytes += bytesPerInterval;
      if ((intervals?.size ?? 0) + records.length > maxIntervalsPerStream) return false;
    }
    if (streams.size > maxStreamsPerDevice || device.sequences.length >= maxRangesPerDevice * 20) return false;
    if (sequence && countRanges(device.sequences, maxRangesPerDevice) >= maxRangesPerDevice) return false;
    if (this.#estimatedBytes + bytes > maxSummaryBytesPerBatch) return false;
    this.#estimatedBytes += bytes;
    return true;
  }
}

function emptyDevice({ device, assurance }: Leaf): DeviceFigures {
  return { device, assurance, readings: 0, sequences: [], streams: new Map() };
}

function addRecord(device: DeviceFigures, record: StreamRecord): void {
  if (record.value.kind !== 'number') return;
  const key = streamKey(record);
  const stream = device.streams.get(key) ?? { stream: record.stream, unit: record.unit, intervals: new Map() };
  device.streams.set(key, stream);
  const value = Math.round(record.value.value * valueScale);
  const startMs = intervalOf(record.timeMs);
  const figures = stream.intervals.get(startMs);
  if (!figures) {
    stream.intervals.set(startMs, { count: 1, sum: value, min: value, max: value });
    return;
  }
  figures.count++;
  figures.sum += value;
  figures.min = Math.min(figures.min, value);
  figures.max = Math.max(figures.max, value);
}

function summariseDevice(device: DeviceFigures): DeviceSummary {
  const streams = [...device.streams.values()].sort(
    (a, b) => order(a.stream, b.stream) || order(a.unit ?? '', b.unit ?? ''),
  );
  return {
    device: device.device,
    assurance: device.assurance,
    readings: device.readings,
    ranges: rangesOf(device.sequences),
    streams: streams.map(summariseStream),
  };
}

function summariseStream({ stream, unit, intervals }: StreamFigures): StreamSummary {
  const figures = [...intervals].sort(([a], [b]) => a - b);
  return {
    stream,
    unit,
    intervals: figures.map(([startMs, { count, sum, min, max }]) => ({
      startMs,
      count,
      min,
      max,
      mean: Math.min(max, Math.max(min, Math.round(sum / count))),
    })),
  };
}

/** Ranges without gaps, ascending. */
export function rangesOf(sequences: readonly DeviceSequence[]): SequenceRange[] {
  const sorted = [...sequences].sort((a, b) => a.epoch - b.epoch || a.counter - b.counter);
  const ranges: { epoch: number; first: number; last: number }[] = [];
  for (const { epoch, counter } of sorted) {
    const range = ranges.at(-1);
    if (range && range.epoch === epoch && counter === range.last + 1) range.last = counter;
    else ranges.push({ epoch, first: counter, last: counter });
  }
  return ranges;
}

/** At least the number of ranges, and cheap while sequences come in order. */
function countRanges(sequences: readonly DeviceSequence[], enough: number): number {
  return sequences.length < enough ? 0 : rangesOf(sequences).length;
}

/** Names a stream with its unit, which a summary tells apart. */
export function streamKey({ stream, unit }: StreamRecord): string {
  return `${stream} ${unit ?? ''}`;
}

function intervalOf(timeMs: number): number {
  return Math.floor(timeMs / summaryIntervalMs) * summaryIntervalMs;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
