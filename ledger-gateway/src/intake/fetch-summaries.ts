import { equal, fromBase64Url, maxSummaryBytes, summaryDigest } from '@hopline/protocol';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { applyLateSummary } from '../projection/apply-summary.ts';
import { hexBytes } from '../store/insert-rows.ts';
import type { Store } from '../store/store.ts';

/** Another organisation's gateway, and the key (role `peer`) that it gave to this one. */
export const peerSchema = z.strictObject({ mspId: z.string().min(1), url: z.url(), key: z.string().min(1) });
export type Peer = z.infer<typeof peerSchema>;

export const fetchLimits = {
  perRound: 64,
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
  while (!signal.aborted) {
    const got = await round(store, peers, clock, signal, onError);
    await clock.sleep(got > 0 ? fetchLimits.betweenRoundsMs : fetchLimits.fruitlessPauseMs, signal);
  }
}

async function round(
  store: Store,
  peers: readonly Peer[],
  clock: Clock,
  signal: AbortSignal,
  onError: (peer: string, error: unknown) => void,
): Promise<number> {
  const wanted = await store.query<{ digest: string; node: string; sequence: number; msp_id: string }>(
    // The newest first: a summary that nobody has any more must not keep others from coming.
    'select digest, node, sequence, msp_id from missing_summaries order by sequence desc, node limit $1',
    [fetchLimits.perRound],
  );
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
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > maxSummaryBytes) throw new Error(`a summary of ${declared} bytes`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!equal(await summaryDigest(bytes), fromBase64Url(digest))) throw new Error('the summary has another digest');
  return bytes;
}
