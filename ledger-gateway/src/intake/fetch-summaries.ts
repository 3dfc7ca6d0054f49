import { equal, fromBase64Url, maxSummaryBytes, summaryDigest } from '@hopline/protocol';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { applyLateSummary } from '../projection/apply-summary.ts';
import { readCapped } from '../read-capped.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { Store } from '../store/store.ts';

/** Another organisation's gateway, and the key (role `peer`) that it gave to this one. */
export const peerSchema = z.strictObject({ mspId: z.string().min(1), url: z.url(), key: z.string().min(1) });
export type Peer = z.infer<typeof peerSchema>;

export const fetchLimits = {
  /** Of them the newest, because people look at what is new; the others take turns, by their digests. */
  newestPerRound: 32,
  othersPerRound: 32,
  timeoutMs: 10_000,
  betweenRoundsMs: 2_000,
  /** After a round that brought nothing. */
  fruitlessPauseMs: 4_000,
} as const;

/**
 * Asks the other organisations' gateways for the summaries of statements that they submitted, again and again until the
 * signal is given. What comes is believed by its digest, which the ledger fixes. Until then the figures are shown as
 * missing.
 */
export async function fetchSummaries(
  store: Store,
  peers: readonly Peer[],
  clock: Clock,
  signal: AbortSignal,
  onError: (peer: string, error: unknown) => void,
): Promise<void> {
  if (peers.length === 0) return;
  let lastTried = '';
  while (!signal.aborted) {
    const wanted = await wantedAfter(store, lastTried);
    lastTried = wanted.lastTried;
    const got = await round(store, wanted.summaries, peers, clock, signal, onError);
    await clock.sleep(got > 0 ? fetchLimits.betweenRoundsMs : fetchLimits.fruitlessPauseMs, signal);
  }
}

interface Wanted extends Record<string, unknown> {
  readonly digest: string;
  readonly node: string;
  readonly sequence: number;
  readonly msp_id: string;
}

/**
 * What the next round asks for: the newest, and of all that is missing those that follow the last one tried, in the order
 * of digests and from the beginning again. So a summary that nobody has any more keeps none from being asked for.
 */
async function wantedAfter(store: Store, lastTried: string): Promise<{ summaries: Wanted[]; lastTried: string }> {
  const { newestPerRound, othersPerRound } = fetchLimits;
  const columns = 'digest, node, sequence, msp_id';
  const newest = await store.query<Wanted>(
    `select ${columns} from missing_summaries order by sequence desc, node limit $1`,
    [newestPerRound],
  );
  const others = await store.query<Wanted>(
    `select ${columns} from missing_summaries where digest > $1 order by digest, node, sequence limit $2`,
    [lastTried, othersPerRound],
  );
  const summaries = new Map([...newest, ...others].map((wanted) => [wanted.digest, wanted]));
  const turnIsOver = others.length < othersPerRound;
  return { summaries: [...summaries.values()], lastTried: turnIsOver ? '' : (others.at(-1)?.digest ?? '') };
}

async function round(
  store: Store,
  wanted: readonly Wanted[],
  peers: readonly Peer[],
  clock: Clock,
  signal: AbortSignal,
  onError: (peer: string, error: unknown) => void,
): Promise<number> {
  let got = 0;
  for (const { digest, node, sequence, msp_id } of wanted) {
    const likely = [...peers].sort((a, b) => Number(b.mspId === msp_id) - Number(a.mspId === msp_id));
    for (const peer of likely) {
      if (signal.aborted) return got;
      const bytes = await fetchOne(peer, digest, signal).catch((error: unknown) => {
        onError(peer.mspId, error);
        return null;
      });
      if (!bytes) continue;
      await store.writeOwn(async (tx, put) => {
        await put({
          table: 'summaries',
          row: { digest, node, sequence, bytes: hexBytes(bytes), origin: peer.mspId, received_ms: clock.now() },
        });
        await applyLateSummary(tx, digest, bytes);
      });
      got++;
      break;
    }
  }
  return got;
}

/** A summary by its digest; `null` where the peer does not have it. Throws where it can't be asked, or answers wrongly. */
async function fetchOne(peer: Peer, digest: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const response = await fetch(new URL(`/api/summaries/${digest}`, peer.url), {
    headers: { authorization: `Bearer ${peer.key}`, accept: 'application/cbor' },
    signal: AbortSignal.any([signal, AbortSignal.timeout(fetchLimits.timeoutMs)]),
  });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const bytes = await readCapped(response.body, maxSummaryBytes);
  if (!equal(await summaryDigest(bytes), fromBase64Url(digest))) throw new Error('the summary has another digest');
  return bytes;
}
