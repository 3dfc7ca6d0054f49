import { compareSequences, type DeviceSequence } from '@hopline/protocol';
import type { DeviceRecord } from '../registry/registry.ts';
import type { QuarantineReason } from '../store/quarantine-store.ts';
import type { Examined } from './examine.ts';

/** What becomes of a message. */
export type Verdict =
  | { readonly kind: 'accept'; readonly late: boolean }
  | { readonly kind: 'open-epoch' }
  /** Known already: acknowledged and not stored again. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'quarantine'; readonly reason: QuarantineReason }
  /** Nothing is stored and the sender is told, where its protocol can tell it. */
  | { readonly kind: 'refuse'; readonly why: 'malformed' | 'clock-ahead' | 'too-many-epochs' | 'not-authorised' };

/** What the store knows that bears on a message. */
export interface StoredFacts {
  /** The leaf with the same sequence, if one is stored: of the same bytes or of others. */
  readonly sameSequence: 'same-bytes' | 'other-bytes' | null;
  /** A reading of this sequence was here and has left, or is anchored elsewhere; `'unknown'`: its bytes are forgotten. */
  readonly hasLeft: 'same-bytes' | 'other-bytes' | 'unknown' | null;
  readonly isQuarantined: boolean;
  /** A legacy message sent again within its MQTT session. */
  readonly isResent: boolean;
  readonly epochs: KnownEpochs;
}

/** The epochs that a device has opened, with regard to the one of its message. */
export interface KnownEpochs {
  readonly count: number;
  readonly highest: number | null;
  readonly includes: boolean;
}

/**
 * Epochs of one device. A device that opens one at every start reaches it after ten thousand of them; beyond it somebody
 * fills the disk.
 */
export const maxEpochsPerDevice = 10_000;

export interface JudgingLimits {
  readonly node: string;
  readonly nowMs: number;
  readonly maxClockAheadMs: number;
  readonly lateAfterMs: number;
}

/**
 * Judges a message. The order matters: what is stored already stays what it is, whatever has changed since; then nothing
 * is believed before its signature; then what the sender's clock says; then whose it is, and where it stands in its
 * sequence.
 */
export function judge(examined: Examined, facts: StoredFacts, limits: JudgingLimits): Verdict {
  if (facts.sameSequence === 'same-bytes' || facts.isQuarantined || facts.isResent) return { kind: 'duplicate' };
  switch (examined.kind) {
    case 'unknown-device':
      return { kind: 'refuse', why: 'not-authorised' };
    case 'malformed':
      return { kind: 'refuse', why: 'malformed' };
    case 'forged':
      return { kind: 'quarantine', reason: 'signature-invalid' };
    case 'foreign':
      return { kind: 'quarantine', reason: 'foreign' };
    case 'epoch':
      return judgeEpoch(examined.epoch, facts.epochs);
    case 'reading':
      return judgeReading(examined, facts, limits);
  }
}

function judgeReading(
  { device, sequence, records, revokedAfter }: Extract<Examined, { kind: 'reading' }>,
  facts: StoredFacts,
  { node, nowMs, maxClockAheadMs, lateAfterMs }: JudgingLimits,
): Verdict {
  if (facts.sameSequence === 'other-bytes' || facts.hasLeft === 'other-bytes') {
    return { kind: 'quarantine', reason: 'equivocation' };
  }
  if (facts.hasLeft) return { kind: 'duplicate' };
  // The time of a reading is that of its latest record.
  const takenAtMs = Math.max(...records.map((record) => record.timeMs));
  if (takenAtMs > nowMs + maxClockAheadMs) return { kind: 'refuse', why: 'clock-ahead' };
  if (revokedAfter && isBeyond(sequence, revokedAfter)) return { kind: 'quarantine', reason: 'revoked' };
  if (!isAtHome(device, node, takenAtMs)) return { kind: 'quarantine', reason: 'foreign' };
  // An unsigned message's own time proves nothing: when the sensor's validity is over, so are its readings.
  if (sequence === null && device.validToMs !== null && nowMs >= device.validToMs) {
    return { kind: 'quarantine', reason: 'foreign' };
  }
  if (sequence && facts.epochs.count > 0 && !facts.epochs.includes) {
    return { kind: 'quarantine', reason: 'epoch-unknown' };
  }
  return { kind: 'accept', late: takenAtMs < nowMs - lateAfterMs };
}

/** The first epoch of a device is taken as it is; later ones must be higher than all before. */
function judgeEpoch(epoch: number, { count, highest, includes }: KnownEpochs): Verdict {
  if (includes) return { kind: 'duplicate' };
  if (highest !== null && epoch < highest) return { kind: 'quarantine', reason: 'epoch-unknown' };
  return count < maxEpochsPerDevice ? { kind: 'open-epoch' } : { kind: 'refuse', why: 'too-many-epochs' };
}

/** Whether a sequence lies beyond the last one that is believed of a revoked key. */
export function isBeyond(sequence: DeviceSequence | null, last: DeviceSequence | 'none'): boolean {
  return last === 'none' || sequence === null || compareSequences(sequence, last) > 0;
}

/** Whether the device is valid and assigned to the node at the time of its reading. */
export function isAtHome(device: DeviceRecord, node: string, atMs: number): boolean {
  if (atMs < device.validFromMs || (device.validToMs !== null && atMs >= device.validToMs)) return false;
  return device.assignments.some(
    (assignment) =>
      assignment.node === node && assignment.fromMs <= atMs && (assignment.toMs === null || atMs < assignment.toMs),
  );
}
