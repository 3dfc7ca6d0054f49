import { decodeSummary, type SequenceRange, toBase64Url } from '@hopline/protocol';
import { isIn } from './check-batch.ts';
import type { Reading } from './check-edge.ts';
import type { AnchoredStatement } from './check-ledger.ts';
import type { Fault } from './fault.ts';
import { sha256 } from './merkle.ts';

/** Gives a summary's bytes by its digest (base64url), or `null` where nobody has it. Bytes are believed by the digest. */
export type SummarySource = (digest: string) => Promise<Uint8Array | null>;

/**
 * What committed batches hold whose leaves are at no edge any more, as far as their summaries tell: the sequences of signing
 * devices, and of legacy devices, which have none, how many.
 */
export interface Coverage {
  readonly ranges: ReadonlyMap<string, readonly SequenceRange[]>;
  readonly legacyReadings: ReadonlyMap<string, number>;
  readonly faults: readonly Fault[];
}

const fetchedAtOnce = 8;

/** Collects the summaries of the statements. Throws where the source does. */
export async function coverageOf(lacking: readonly AnchoredStatement[], source: SummarySource): Promise<Coverage> {
  const ranges = new Map<string, SequenceRange[]>();
  const legacyReadings = new Map<string, number>();
  const faults: Fault[] = [];
  const waiting = [...lacking];
  const worker = async () => {
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
      const { node, sequence, summaryDigest } = entry.parsed.statement;
      const bytes = await source(toBase64Url(summaryDigest));
      if (!bytes || !sha256(bytes).equals(summaryDigest)) {
        const code = bytes ? 'summary-digest' : 'summary-absent';
        faults.push({ code, detail: `${node} batch ${sequence}` });
        continue;
      }
      for (const device of decodeSummary(bytes).devices) {
        ranges.set(device.device, [...(ranges.get(device.device) ?? []), ...device.ranges]);
        if (device.assurance === 'device-signed') continue;
        legacyReadings.set(device.device, (legacyReadings.get(device.device) ?? 0) + device.readings);
      }
    }
  };
  await Promise.all(Array.from({ length: fetchedAtOnce }, worker));
  return { ranges, legacyReadings, faults };
}

/** A sequence is anchored once, whatever its bytes: leaves and the ranges of batches without leaves may not overlap. */
export function checkSequences(readings: readonly Reading[], { ranges }: Coverage): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const { leaf, sequence } of readings) {
    if (!sequence) continue;
    const { epoch, counter } = sequence;
    const place = `${leaf.device} ${epoch}/${counter}`;
    if (seen.has(place) || isIn(ranges.get(leaf.device) ?? [], epoch, counter))
      faults.push({ code: 'sequence-repeated', detail: place });
    seen.add(place);
  }
  for (const [device, covered] of ranges) {
    const inOrder = covered.toSorted((a, b) => a.epoch - b.epoch || a.first - b.first);
    for (const [index, range] of inOrder.entries()) {
      const before = inOrder[index - 1];
      if (before && before.epoch === range.epoch && before.last >= range.first)
        faults.push({ code: 'sequence-repeated', detail: `${device} ${range.epoch}/${range.first}` });
    }
  }
  return faults;
}
