import {
  decodeLeaf,
  fromBase64Url,
  importPublicKey,
  type KeyRecord,
  keyRecordSchema,
  type Leaf,
  leafHash,
  maxReadingBytes,
  ProtocolError,
  parseReading,
  readLegacyRecords,
  type StreamRecord,
  toBase64Url,
  verifyInclusion,
  verifyReading,
} from '@hopline/protocol';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import { readCapped } from '../read-capped.ts';
import type { Queryable } from '../store/database.ts';
import { type Batch, readBatch } from './batches.ts';
import { asOfSchema } from './freshness.ts';

export const maxReadingsPerPage = 500;
const edgeTimeoutMs = 10_000;
/** A page of the largest readings that the protocol takes, in base64url, and room for their proofs. */
export const maxEdgeAnswerBytes = maxReadingsPerPage * (Math.ceil((maxReadingBytes * 4) / 3) + 4_096);
/** A reading that came so long after it was taken is late: what an edge node takes by default (`lateAfterMs`). */
export const lateAfterMs = 600_000;

/** Where an edge node's own interface is, and the token for it. */
export const edgeSchema = z.strictObject({ url: z.url(), token: z.string().min(1) });
export type Edges = Readonly<Record<string, z.infer<typeof edgeSchema>>>;

export const readingsQuerySchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(maxReadingsPerPage).default(100),
});

export const readingsSchema = z.object({
  node: z.string(),
  sequence: z.int(),
  size: z.int(),
  readings: z.array(
    z.object({
      index: z.int(),
      device: z.string(),
      assurance: z.enum(['device-signed', 'session-authenticated']),
      receivedAtMs: z.int(),
      /** Received more than `lateAfterMs` after its latest record was taken: from a device's or a node's backlog. */
      late: z.boolean(),
      /** Epoch and counter of a signed reading. */
      epoch: z.int().nullable(),
      counter: z.int().nullable(),
      records: z.array(
        z.object({
          stream: z.string(),
          unit: z.string().nullable(),
          timeMs: z.number(),
          /** Bytes are base64url; `null` where the record only has a sum. */
          value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
          sum: z.number().nullable(),
        }),
      ),
    }),
  ),
  next: z.int().nullable(),
  ...asOfSchema.shape,
});
export type Readings = z.infer<typeof readingsSchema>;

/** Answer of the edge: leaves with their inclusion proofs, base64url. What else it says is not looked at. */
const edgeAnswerSchema = z.object({
  leaves: z.array(z.object({ index: z.int(), leaf: z.string(), proof: z.array(z.string()) })),
});

/**
 * Raw readings of a batch, fetched from the edge and verified before they are shown: each leaf is in the anchored tree,
 * and each signed message holds by its device's registered key. The edge is believed in nothing: which readings a page has,
 * and whether there are more, follows from the anchored size.
 *
 * @throws GatewayError `not-found` (also where no address of the node is configured), `edge-unreachable`; ProtocolError
 *   where something does not verify
 */
export async function readBatchReadings(
  on: Queryable,
  edges: Edges,
  channel: string,
  { node, sequence, offset, limit }: { node: string; sequence: number; offset: number; limit: number },
): Promise<Omit<Readings, 'asOf' | 'stale'>> {
  const batch = await readBatch(on, node, sequence);
  const size = Math.max(0, Math.min(limit, batch.size - offset));
  const leaves = await askEdge(edges, batch, offset, size);
  const keyOf = registeredKeys(on);
  const readings: Readings['readings'] = [];
  for (const { index, leaf, proof } of leaves) {
    const bytes = fromBase64Url(leaf);
    await verifyInclusion(
      await leafHash(bytes),
      { index, size: batch.size, path: proof.map(fromBase64Url) },
      fromBase64Url(batch.root),
    );
    readings.push(await openLeaf(decodeLeaf(bytes), index, channel, keyOf));
  }
  const end = offset + size;
  return { node, sequence, size: batch.size, readings, next: size > 0 && end < batch.size ? end : null };
}

/** Exactly the leaves `offset` … `offset + size - 1`, in order, not verified yet. */
async function askEdge(
  edges: Edges,
  { node, sequence }: Batch,
  offset: number,
  size: number,
): Promise<z.infer<typeof edgeAnswerSchema>['leaves']> {
  const edge = Object.hasOwn(edges, node) ? edges[node] : undefined;
  if (!edge) throw new GatewayError('not-found', 'the address of this edge node is not configured here', { node });
  if (size === 0) return [];
  const url = new URL(`/sites/${node}/batches/${sequence}?offset=${offset}&limit=${size}`, edge.url);
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${edge.token}` },
    signal: AbortSignal.timeout(edgeTimeoutMs),
  }).catch((cause: unknown) => {
    throw new GatewayError(
      'edge-unreachable',
      'the edge node does not answer',
      { node },
      { cause, retryAfterMs: 5_000 },
    );
  });
  if (response.status === 404) {
    throw new GatewayError('not-found', 'the batch is no longer at the edge node', { node, sequence });
  }
  if (!response.ok) {
    throw new GatewayError('edge-unreachable', 'the edge node refused', { node, status: response.status });
  }
  const leaves = await readAnswer(response).catch((cause: unknown) => {
    throw new GatewayError('edge-unreachable', 'the edge node answered in another form', { node }, { cause });
  });
  if (leaves.length !== size || leaves.some(({ index }, position) => index !== offset + position)) {
    throw new GatewayError('edge-unreachable', 'the edge node answered with other readings than it was asked for', {
      node,
      sequence,
      offset,
      asked: size,
      got: leaves.length,
    });
  }
  return leaves;
}

async function readAnswer(response: Response): Promise<z.infer<typeof edgeAnswerSchema>['leaves']> {
  const bytes = await readCapped(response.body, maxEdgeAnswerBytes);
  return edgeAnswerSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).leaves;
}

async function openLeaf(
  leaf: Leaf,
  index: number,
  channel: string,
  keyOf: (kid: string) => Promise<KeyRecord | null>,
): Promise<Readings['readings'][number]> {
  const { device, assurance, receivedAtMs, message } = leaf;
  const common = { index, device, assurance, receivedAtMs };
  if (assurance === 'session-authenticated') {
    const records = readLegacyRecords(device, message, receivedAtMs);
    return { ...common, ...told(records, receivedAtMs), epoch: null, counter: null };
  }
  const reading = parseReading(message);
  const { kid } = reading.message.header;
  const record = await keyOf(toBase64Url(kid));
  if (reading.device !== device || record?.use !== 'device' || record.subject !== device) {
    throw new ProtocolError(
      'signature-invalid',
      'the reading is signed with a key that is not registered for its device',
      {
        device,
        index,
      },
    );
  }
  const records = await verifyReading(reading, channel, await importPublicKey(fromBase64Url(record.publicKey)), kid);
  return { ...common, ...told(records, receivedAtMs), ...reading.sequence };
}

/** Records as they are shown. The time of a reading is that of its latest record, as at the edge. */
function told(records: readonly StreamRecord[], receivedAtMs: number) {
  const takenAtMs = Math.max(...records.map(({ timeMs }) => timeMs));
  return { late: receivedAtMs - takenAtMs > lateAfterMs, records: records.map(shown) };
}

function shown({ stream, unit, timeMs, value, sum }: StreamRecord): Readings['readings'][number]['records'][number] {
  const plain = value.kind === 'sum' ? null : value.kind === 'data' ? toBase64Url(value.value) : value.value;
  return { stream, unit, timeMs, value: plain, sum };
}

/** Keys by thumbprint, each looked up once: earlier keys of a device stay registered, and so its earlier readings hold. */
function registeredKeys(on: Queryable): (kid: string) => Promise<KeyRecord | null> {
  const known = new Map<string, KeyRecord | null>();
  return async (kid) => {
    const there = known.get(kid);
    if (there !== undefined) return there;
    const [row] = await on.query<{ record: unknown }>("select record from state where kind = 'key' and key = $1", [
      kid,
    ]);
    const record = row ? keyRecordSchema.parse(row.record) : null;
    known.set(kid, record);
    return record;
  };
}
