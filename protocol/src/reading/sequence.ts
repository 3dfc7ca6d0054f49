import type { Bytes } from '../bytes.ts';
import { ProtocolError } from '../error.ts';

/**
 * Where a message stands in its device's sequence. A device that lost its counter opens a new, higher epoch; the time of
 * opening in Unix seconds is a good epoch for a device that remembers nothing.
 */
export interface DeviceSequence {
  readonly epoch: number;
  readonly counter: number;
}

export const maxEpoch = 2 ** 32 - 1;
export const maxCounter = Number.MAX_SAFE_INTEGER;
const bytesLong = 12;

/** `cti` of a device's message: 4 bytes of epoch and 8 of counter, big-endian. */
export function encodeSequence({ epoch, counter }: DeviceSequence): Bytes {
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > maxEpoch) throw malformed({ epoch });
  if (!Number.isSafeInteger(counter) || counter < 0) throw malformed({ counter });
  const bytes = new Uint8Array(bytesLong);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, epoch);
  view.setBigUint64(4, BigInt(counter));
  return bytes;
}

/** Reads `cti`. Throws `reading-malformed` on another length or a counter above 2^53 − 1. */
export function decodeSequence(bytes: Uint8Array | null): DeviceSequence {
  if (bytes?.length !== bytesLong) throw malformed({ bytes: bytes?.length ?? 0 });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytesLong);
  const counter = Number(view.getBigUint64(4));
  if (!Number.isSafeInteger(counter)) throw malformed({ counter });
  return { epoch: view.getUint32(0), counter };
}

/** Order of two sequences: negative, zero or positive, as for `Array.sort`. */
export function compareSequences(a: DeviceSequence, b: DeviceSequence): number {
  return a.epoch - b.epoch || a.counter - b.counter;
}

function malformed(details: Record<string, unknown>): ProtocolError {
  return new ProtocolError('reading-malformed', '`cti` must be an epoch of 4 bytes and a counter of 8', details);
}
