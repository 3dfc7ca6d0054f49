import type { Store } from '../store/store.ts';

/** A refusal that is the same as the one kept is written again so seldom: a node that goes on trying does not wear the disk. */
const repeatAfterMs = 60_000;
const maxDetailsChars = 4_000;

/** Why the last upload of an edge node was refused for good. */
export interface Refusal {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
}

interface RefusalRow extends Record<string, unknown> {
  readonly node: string;
  readonly code: string;
  readonly time_ms: number;
  readonly details: Record<string, unknown>;
  readonly resolved_ms: number | null;
}

/** Keeps why an upload was refused, one for each node, so that a gap, a fork or a diverged node is seen here too. */
export async function noteRefusal(
  store: Store,
  node: string,
  { code, details }: Refusal,
  nowMs: number,
): Promise<void> {
  const [known] = await rowOf(store, node);
  const isRepeat = known?.code === code && known.resolved_ms === null && nowMs - known.time_ms < repeatAfterMs;
  if (isRepeat) return;
  const fits = JSON.stringify(details).length <= maxDetailsChars;
  const row: RefusalRow = { node, code, time_ms: nowMs, details: fits ? details : {}, resolved_ms: null };
  await store.writeOwn((_tx, put) => put({ table: 'upload_refusals', row }));
}

/** Notes that an upload of the node was anchored after it had been refused. */
export async function noteAnchored(store: Store, node: string, nowMs: number): Promise<void> {
  const [known] = await rowOf(store, node);
  if (!known || known.resolved_ms !== null) return;
  await store.writeOwn((_tx, put) => put({ table: 'upload_refusals', row: { ...known, resolved_ms: nowMs } }));
}

function rowOf(store: Store, node: string): Promise<RefusalRow[]> {
  return store.query<RefusalRow>('select * from upload_refusals where node = $1', [node]);
}
