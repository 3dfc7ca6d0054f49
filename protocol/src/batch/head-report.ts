import type { Bytes } from '../bytes.ts';
import { type CborValue, decodeDeterministicCbor, encodeCbor } from '../cbor.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { FieldReader } from './codec.ts';
import { parseNodeId } from './node-id.ts';

/**
 * What an organisation's gateway reports of an edge node's head on the ledger. A batch leaves the edge only when the
 * gateways of two organisations have reported a head that covers it.
 */
export interface HeadReport {
  readonly node: string;
  /** Sequence and digest of the last anchored statement; `null` where nothing is anchored yet. */
  readonly head: { readonly sequence: number; readonly digest: Bytes } | null;
  /** Block height that the gateway had read when it reported. */
  readonly height: number;
  readonly reportedAtMs: number;
}

export const headReportVersion = 1;

const field = { version: 1, node: 2, sequence: 3, digest: 4, height: 5, reportedAtMs: 6 } as const;

/** An organisation's gateway signs its report; `issuer` is the organisation's MSP id. */
export function signHeadReport(key: SigningKey, channel: string, mspId: string, report: HeadReport): Promise<Bytes> {
  const map = new Map<number, CborValue>([
    [field.version, headReportVersion],
    [field.node, report.node],
    [field.height, report.height],
    [field.reportedAtMs, report.reportedAtMs],
  ]);
  if (report.head) map.set(field.sequence, report.head.sequence).set(field.digest, report.head.digest);
  return signSign1(key, { typ: typ.headReport, issuer: mspId, audience: channel, payload: encodeCbor(map) });
}

/**
 * Verifies a report by the organisation's gateway key. Throws `head-malformed`, `version-unknown`,
 * `cose-…` or `signature-invalid`.
 */
export async function openHeadReport(
  bytes: Uint8Array,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<HeadReport> {
  const message = parseSign1(bytes, 'deterministic');
  await verifySign1(message, { typ: typ.headReport, audience: channel, key, kid });
  const read = new FieldReader(
    decodeDeterministicCbor(message.payload),
    'head-malformed',
    Object.values(field),
    headReportVersion,
  );
  const node = read.text(field.node);
  parseNodeId(node);
  return {
    node,
    head:
      read.has(field.sequence) || read.has(field.digest)
        ? { sequence: read.uint(field.sequence), digest: read.bytes(field.digest, 32) }
        : null,
    height: read.uint(field.height),
    reportedAtMs: read.uint(field.reportedAtMs),
  };
}
