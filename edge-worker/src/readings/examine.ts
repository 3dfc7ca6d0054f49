import {
  type Bytes,
  type DeviceSequence,
  maxStreamsPerDevice,
  ProtocolError,
  parseReading,
  readLegacyRecords,
  type StreamRecord,
  verifyEpochOpening,
  verifyReading,
} from '@hopline/protocol';
import type { DeviceTopicKind } from '../mqtt/topic-access.ts';
import type { DeviceRecord, Registry } from '../registry/registry.ts';
import { streamKey } from '../sealing/summary-builder.ts';

/** A message with all that can be said of it without a look at what is stored. */
export type Examined =
  | {
      readonly kind: 'reading';
      readonly device: DeviceRecord;
      readonly sequence: DeviceSequence | null;
      readonly records: readonly StreamRecord[];
      /** Last sequence that is still believed of a revoked key; `'none'`: nothing of it is. */
      readonly revokedAfter: DeviceSequence | 'none' | null;
    }
  | { readonly kind: 'epoch'; readonly device: DeviceRecord; readonly epoch: number }
  /** The signature does not hold, or holds for something else, or the message names another device. */
  | { readonly kind: 'forged' | 'foreign'; readonly sequence: DeviceSequence | null }
  | { readonly kind: 'malformed'; readonly error: ProtocolError }
  | { readonly kind: 'unknown-device' };

/** Takes a message apart and verifies its signature by the registry copy. Never throws for what a device sent. */
export async function examine(
  message: Bytes,
  topic: { readonly kind: DeviceTopicKind; readonly device: string },
  registry: Registry,
  channel: string,
  receivedAtMs: number,
): Promise<Examined> {
  const device = registry.device(topic.device);
  if (!device) return { kind: 'unknown-device' };
  try {
    if (topic.kind === 'readings' && device.publicKey === null) {
      return legacyReading(device, message, receivedAtMs);
    }
    return await signedMessage(message, topic.kind, device, registry, channel);
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: 'malformed', error };
    throw error;
  }
}

function legacyReading(device: DeviceRecord, message: Bytes, receivedAtMs: number): Examined {
  const records = checkRecords(readLegacyRecords(device.device, message, receivedAtMs));
  return { kind: 'reading', device, sequence: null, records, revokedAfter: null };
}

async function signedMessage(
  message: Bytes,
  kind: DeviceTopicKind,
  device: DeviceRecord,
  registry: Registry,
  channel: string,
): Promise<Examined> {
  const reading = parseReading(message);
  const { sequence } = reading;
  if (reading.device !== device.device) return { kind: 'foreign', sequence };
  if (device.publicKey === null) return { kind: 'forged', sequence };
  const { key, kid } = await registry.key(device.publicKey);
  try {
    if (kind === 'epochs') {
      return { kind: 'epoch', device, epoch: await verifyEpochOpening(reading, channel, key, kid) };
    }
    const records = checkRecords(await verifyReading(reading, channel, key, kid));
    const revocation = registry.revocation(kid);
    return { kind: 'reading', device, sequence, records, revokedAfter: revocation && (revocation.last ?? 'none') };
  } catch (error) {
    if (error instanceof ProtocolError && forgeryCodes.has(error.code)) return { kind: 'forged', sequence };
    throw error;
  }
}

const forgeryCodes: ReadonlySet<string> = new Set(['signature-invalid', 'cose-type', 'cose-audience']);

function checkRecords(records: readonly StreamRecord[]): readonly StreamRecord[] {
  if (records.length === 0) throw new ProtocolError('reading-malformed', 'the reading holds no record');
  // A summary has this many for a device, and tells a stream once for each unit: more could not be in any batch.
  const streams = new Set(records.map(streamKey)).size;
  if (streams > maxStreamsPerDevice) {
    throw new ProtocolError('too-large', `a reading has at most ${maxStreamsPerDevice} streams`, { streams });
  }
  return records;
}
