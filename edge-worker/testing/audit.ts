import {
  decodeLeaf,
  fromBase64Url,
  leafHash,
  parseStatement,
  sha256,
  toBase64Url,
  verifyInclusion,
} from '@hopline/protocol';
import type { TestEdge } from './test-edge.ts';

interface Page {
  statement: string;
  size: number;
  leaves: { index: number; leaf: string; proof: string[] }[];
  next: number | null;
}

/** Where each message of a node is, by the base64url SHA-256 of its bytes. One entry for each place. */
export interface Audit {
  readonly anchored: Map<string, number>;
  readonly sealed: Map<string, number>;
  readonly open: Map<string, number>;
  readonly quarantined: Map<string, number>;
  readonly reasons: string[];
}

/** Reads everything that the node shows over HTTP and verifies each leaf of a batch against the statement's root. */
export async function auditOf(edge: TestEdge): Promise<Audit> {
  const audit: Audit = { anchored: new Map(), sealed: new Map(), open: new Map(), quarantined: new Map(), reasons: [] };
  const { batches } = await edge.get<{ batches: { sequence: number }[] }>('/batches?limit=1000');
  for (const { sequence } of batches) {
    const isAnchored = edge.peer.chain.anchored[sequence] !== undefined;
    for (let offset: number | null = 0; offset !== null; ) {
      const page: Page = await edge.get<Page>(`/batches/${sequence}?offset=${offset}&limit=100`);
      const { statement } = await parseStatement(fromBase64Url(page.statement));
      for (const { index, leaf, proof } of page.leaves) {
        const bytes = fromBase64Url(leaf);
        const path = proof.map(fromBase64Url);
        await verifyInclusion(await leafHash(bytes), { index, size: page.size, path }, statement.root);
        await note(isAnchored ? audit.anchored : audit.sealed, decodeLeaf(bytes).message);
      }
      offset = page.next;
    }
  }
  const { leaves } = await edge.get<{ leaves: string[] }>('/readings/open');
  for (const leaf of leaves) await note(audit.open, decodeLeaf(fromBase64Url(leaf)).message);
  const { items } = await edge.get<{ items: { reason: string; message: string }[] }>('/quarantine?limit=1000');
  for (const { reason, message } of items) {
    audit.reasons.push(reason);
    await note(audit.quarantined, fromBase64Url(message));
  }
  return audit;
}

/** How often a message is anywhere: exactly once is what every acknowledged one must be. */
export async function timesKept(audit: Audit, message: Uint8Array): Promise<number> {
  const digest = toBase64Url(await sha256(message));
  return [audit.anchored, audit.sealed, audit.open, audit.quarantined].reduce(
    (sum, place) => sum + (place.get(digest) ?? 0),
    0,
  );
}

async function note(place: Map<string, number>, message: Uint8Array): Promise<void> {
  const digest = toBase64Url(await sha256(message));
  place.set(digest, (place.get(digest) ?? 0) + 1);
}
