import type { RawPack } from '@hopline/protocol';

export interface Measurement {
  readonly stream: 'temperature' | 'humidity' | 'battery';
  readonly value: number;
}

/** Units of the SenML registry, and the resolution that the devices have. */
const streams = {
  temperature: { unit: 'Cel', perUnit: 100 },
  humidity: { unit: '%RH', perUnit: 10 },
  battery: { unit: '%EL', perUnit: 1 },
} as const;

/** One reading as SenML records: base name the device's URN, base time in seconds, a record for each stream. */
export function signedPack(device: string, atMs: number, measurements: readonly Measurement[]): RawPack {
  return measurements.map(({ stream, value }, index) => ({
    ...(index === 0 ? { bn: `${device}_`, bt: atMs / 1000 } : {}),
    n: stream,
    u: streams[stream].unit,
    v: Math.round(value * streams[stream].perUnit) / streams[stream].perUnit,
  }));
}

/** The same from a sensor that has no name of its own: streams only. */
export function legacyPack(atMs: number, measurements: readonly Measurement[]): RawPack {
  return signedPack('', atMs, measurements).map(({ bn: _, ...record }) => record);
}

/** A row of a recording, at the resolution of the recording. */
export function recordedPack(device: string, atMs: number, valueC: number): RawPack {
  return [{ bn: `${device}_`, bt: atMs / 1000, n: 'temperature', u: 'Cel', v: valueC }];
}
