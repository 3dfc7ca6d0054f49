import { equal, fromBase64Url, sha256 } from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import type { Peer } from '../intake/fetch-summaries.ts';
import { readCapped } from '../read-capped.ts';
import type { Queryable } from '../store/database.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { OwnRow } from '../store/own-tables.ts';
import type { Store } from '../store/store.ts';
import { recallLimits } from './limits.ts';
import { type FrozenScope, type ScopeDocument, scopeDocumentSchema } from './scope-document.ts';

/** The row that keeps a frozen trace. */
export function evidenceRow(
  { digest, bytes }: Pick<FrozenScope, 'digest' | 'bytes'>,
  origin: string,
  nowMs: number,
): OwnRow {
  return { table: 'recall_evidence', row: { digest, document: hexBytes(bytes), origin, received_ms: nowMs } };
}

/** The exact bytes of a frozen trace; `null` where it is not here. */
export async function readEvidence(on: Queryable, digest: string): Promise<Uint8Array | null> {
  // As text in base64: PGlite takes bytes apart one by one, which is a second for five thousand lots.
  const [row] = await on.query<{ document: string }>(
    `select encode(document, 'base64') as document from recall_evidence where digest = $1`,
    [digest],
  );
  return row ? Buffer.from(row.document, 'base64') : null;
}

/**
 * The frozen traces behind a recall's versions that are here, by digest. What others froze is believed for its digest only
 * to be what they froze; one in a form that is not known here is left out.
 */
export async function readDocuments(on: Queryable, digests: readonly string[]): Promise<Map<string, ScopeDocument>> {
  // What is not here is not told, though another gateway of this process may have it: so the table is asked each time.
  const here = await on.query<{ digest: string }>('select digest from recall_evidence where digest = any($1::text[])', [
    [...new Set(digests)],
  ]);
  const documents = new Map<string, ScopeDocument>();
  for (const { digest } of here) {
    const parsed = parsedDocuments.get(digest) ?? (await parsedFrom(on, digest));
    if (parsed) documents.set(digest, parsed);
  }
  return documents;
}

/** Documents by their digest, which fixes what is in them: reading five thousand lots takes a second. The last used are last. */
const parsedDocuments = new Map<string, ScopeDocument>();

async function parsedFrom(on: Queryable, digest: string): Promise<ScopeDocument | null> {
  const bytes = await readEvidence(on, digest);
  const parsed = bytes && parseDocument(bytes);
  if (!parsed) return null;
  parsedDocuments.set(digest, parsed);
  const [oldest] = parsedDocuments.keys();
  if (parsedDocuments.size > recallLimits.maxParsedDocuments && oldest) parsedDocuments.delete(oldest);
  return parsed;
}

function parseDocument(bytes: Uint8Array): ScopeDocument | null {
  try {
    const parsed = scopeDocumentSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    // Its digest is right, so this is what was frozen: something that is no document of ours.
    return null;
  }
}

export interface Wanting {
  readonly store: Store;
  readonly peers: readonly Peer[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** When each digest was asked for last. */
  readonly asked: ReadonlyMap<string, number>;
  readonly onError: (error: unknown, peer: string) => void;
}

/**
 * Asks the other gateways for frozen traces that recalls name and that are not here, the opener's first; each at once, and
 * then again after a pause.
 *
 * @returns what is still not here, and when it was asked for last
 */
export async function fetchEvidence({
  store,
  peers,
  clock,
  signal,
  asked,
  onError,
}: Wanting): Promise<Map<string, number>> {
  const still = new Map<string, number>();
  if (peers.length === 0) return still;
  const wanted = await store.query<{ digest: string; msp_id: string }>(
    `select distinct s.record -> 'act' -> 'evidence' ->> 'digest' as digest, r.msp_id
     from state s join recalls r on r.recall_id = s.attributes[1]
     where s.kind = 'recall-step' and s.record -> 'act' -> 'evidence' ->> 'digest' is not null
       and not exists (select 1 from recall_evidence e where e.digest = s.record -> 'act' -> 'evidence' ->> 'digest')
     order by digest limit ${recallLimits.maxEvidenceWanted}`,
  );
  for (const { digest, msp_id } of wanted) {
    if (signal.aborted) break;
    const before = asked.get(digest);
    const isDue = before === undefined || clock.now() >= before + recallLimits.evidencePauseMs;
    const got = isDue && (await fetchFrom(digest, msp_id, { store, peers, clock, signal, onError }));
    if (!got) still.set(digest, isDue ? clock.now() : before);
  }
  return still;
}

/** Removes frozen traces that no recall came to name: those of openings that were refused. */
export async function removeUnusedEvidence(store: Store, nowMs: number): Promise<void> {
  await store.writeOwn((tx) =>
    tx.query(
      `delete from recall_evidence e where received_ms < $1 and not exists (
         select 1 from state s where s.kind = 'recall-step' and s.record -> 'act' -> 'evidence' ->> 'digest' = e.digest)`,
      [nowMs - recallLimits.keepUnusedEvidenceMs],
    ),
  );
}

async function fetchFrom(
  digest: string,
  opener: string,
  { store, peers, clock, signal, onError }: Omit<Wanting, 'asked'>,
): Promise<boolean> {
  const likely = [...peers].sort((a, b) => Number(b.mspId === opener) - Number(a.mspId === opener));
  for (const peer of likely) {
    const bytes = await fetchOne(peer, digest, signal).catch((error: unknown) => {
      onError(error, peer.mspId);
      return null;
    });
    if (!bytes) continue;
    await store.writeOwn((_, put) => put(evidenceRow({ digest, bytes }, peer.mspId, clock.now())));
    return true;
  }
  return false;
}

async function fetchOne(peer: Peer, digest: string, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await fetch(new URL(`/api/recalls/evidence/${digest}`, peer.url), {
    headers: { authorization: `Bearer ${peer.key}`, accept: 'application/json' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(recallLimits.evidenceTimeoutMs)]),
  });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bytes = new Uint8Array(await readCapped(response.body, recallLimits.maxEvidenceBytes));
  if (!equal(await sha256(bytes), fromBase64Url(digest))) throw new Error('the evidence has another digest');
  return bytes;
}
