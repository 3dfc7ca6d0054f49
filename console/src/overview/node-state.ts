import type { Site } from '../api/sites.ts';
import type { BadgeTone } from '../shell/badge.tsx';

export type SiteNode = Site['nodes'][number];

/** An edge node with nothing to say still makes a statement every 15 minutes: after two missing ones it is silent. */
export const silentAfterMs = 30 * 60_000;

/** How an edge node stands, as far as the ledger can tell. */
export function nodeState(node: SiteNode, nowMs: number): { readonly text: string; readonly tone: BadgeTone } {
  if (node.revoked) return { text: 'Revoked', tone: 'danger' };
  if (node.lastRefusal !== null && node.lastRefusal.resolvedMs === null) {
    return { text: 'Upload refused', tone: 'danger' };
  }
  if (node.head === null) return { text: 'No statement yet', tone: 'warn' };
  if (nowMs - node.head.sealedAtMs > silentAfterMs) return { text: 'Silent', tone: 'danger' };
  return { text: 'Running', tone: 'ok' };
}
