import { type Bytes, fromBase64Url } from '@hopline/protocol';
import { z } from 'zod';
import { sha256 } from './merkle.ts';

/** An edge node's HTTP interface and the token that opens it. */
export interface EdgeAddress {
  readonly node: string;
  readonly url: string;
  readonly token: string;
}

export interface EdgeLeaf {
  readonly index: number;
  readonly leaf: Bytes;
  readonly proof: readonly Bytes[];
}

export interface EdgeBatch {
  readonly sequence: number;
  readonly statement: Bytes;
  readonly summary: Bytes;
  readonly leaves: readonly EdgeLeaf[];
}

export interface QuarantinedMessage {
  readonly reason: string;
  readonly device: string;
  readonly message: Bytes;
}

/** Everything that an edge node holds, as it tells it. */
export interface EdgeContents {
  readonly node: string;
  readonly batches: readonly EdgeBatch[];
  /** Leaves accepted and not yet sealed. */
  readonly open: readonly Bytes[];
  readonly quarantine: readonly QuarantinedMessage[];
}

const bytes = z.string().transform(fromBase64Url);
const batchList = z.object({
  batches: z.array(z.object({ sequence: z.number(), digest: z.string() })),
  next: z.number().nullable(),
});
const batchPage = z.object({
  statement: bytes,
  summary: bytes,
  leaves: z.array(z.object({ index: z.number(), leaf: bytes, proof: z.array(bytes) })),
  next: z.number().nullable(),
});
const openPage = z.object({ leaves: z.array(bytes), next: z.number().nullable() });
const quarantinePage = z.object({
  items: z.array(z.object({ reason: z.string(), device: z.string(), message: bytes })),
  next: z.number().nullable(),
});

const pageSize = 500;
const batchesAtOnce = 4;

/**
 * Reads an edge node over HTTP, page by page. Throws an Error that names the address where an answer is not 2xx.
 *
 * Nothing may slip through while it is read: a reading goes from the open ones into a batch or into the quarantine, so they
 * are read in this order, and one that has moved in between is seen twice rather than never.
 *
 * `known`: what an earlier look has brought; a batch that is listed with the same digest is not fetched again.
 */
export async function readEdge(edge: EdgeAddress, known?: EdgeContents): Promise<EdgeContents> {
  const open: Bytes[] = [];
  await pages(edge, 'readings/open?after=', openPage, (page) => open.push(...page.leaves), 0);
  const listed: { sequence: number; digest: string }[] = [];
  await pages(edge, 'batches?from=', batchList, (page) => listed.push(...page.batches), 0);
  const knownByDigest = new Map(known?.batches.map((batch) => [digestOf(batch), batch]));
  const batches: EdgeBatch[] = [];
  for (let from = 0; from < listed.length; from += batchesAtOnce) {
    const group = listed.slice(from, from + batchesAtOnce);
    const read = await Promise.all(
      group.map(({ sequence, digest }) => knownByDigest.get(digest) ?? readBatch(edge, sequence)),
    );
    batches.push(...read.filter((batch) => batch !== null));
  }
  const quarantine: QuarantinedMessage[] = [];
  await pages(edge, 'quarantine?after=', quarantinePage, (page) => quarantine.push(...page.items), 0);
  return { node: edge.node, batches, open, quarantine };
}

function digestOf({ statement }: EdgeBatch): string {
  return sha256(statement).toString('base64url');
}

/** A batch, or `null` where it has left since it was listed. */
async function readBatch(edge: EdgeAddress, sequence: number): Promise<EdgeBatch | null> {
  const leaves: EdgeLeaf[] = [];
  let fixed: { statement: Bytes; summary: Bytes } | undefined;
  const isThere = await pages(
    edge,
    `batches/${sequence}?offset=`,
    batchPage,
    (page) => {
      fixed = page;
      leaves.push(...page.leaves);
    },
    0,
  );
  return isThere && fixed ? { sequence, statement: fixed.statement, summary: fixed.summary, leaves } : null;
}

/** Takes all pages; `false` where the address is not there (any more). */
async function pages<P extends { next: number | null }>(
  edge: EdgeAddress,
  path: string,
  schema: z.ZodType<P>,
  take: (page: P) => void,
  first: number,
): Promise<boolean> {
  for (let next: number | null = first; next !== null; ) {
    const address = `${edge.url}/sites/${edge.node}/${path}${encodeURIComponent(next)}&limit=${pageSize}`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${edge.token}` } });
    if (response.status === 404) {
      await response.body?.cancel();
      return false;
    }
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
    const page = schema.parse(await response.json());
    take(page);
    next = page.next;
  }
  return true;
}
