import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ConnectionState } from './connection.ts';
import { isResting } from './is-resting.ts';
import { LiveFeed } from './live-feed.ts';

/** News come in bursts; answers are asked for again at most this often. */
const refreshEveryMs = 1_000;

/** Queries whose answers change with the ledger. A page that shows the past of one lot changes with it too. */
export const liveKeys = [
  'overview',
  'sites',
  'lot',
  'trace',
  'unit',
  'recalls',
  'recall',
  'recall-status',
  'worklist',
] as const;

function isLive(key: unknown): boolean {
  return liveKeys.some((each) => each === key);
}

/** Keeps all answers up to date by the gateway's live events, while `enabled`. Returns the state of the connection. */
export function useLive(enabled: boolean): ConnectionState {
  const client = useQueryClient();
  const [state, setState] = useState<ConnectionState>('off');
  useEffect(() => {
    if (!enabled) return;
    let due: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      due ??= setTimeout(() => {
        due = undefined;
        const live = client.getQueryCache().findAll({ predicate: ({ queryKey: [key] }) => isLive(key) });
        const nowMs = Date.now();
        const resting = live.some((query) => query.isActive() && isResting(query, nowMs));
        for (const query of live) {
          // What rests is marked, so that it is asked for where somebody comes back to it.
          const refetchType = isResting(query, nowMs) ? 'none' : 'active';
          void client.invalidateQueries({ queryKey: query.queryKey, exact: true, refetchType });
        }
        if (resting) refresh();
      }, refreshEveryMs);
    };
    const feed = new LiveFeed({
      onState: (next) => {
        setState(next);
        // What came while nobody listened is in the answers, not in the feed.
        if (next === 'live') refresh();
      },
      onNews: refresh,
    });
    feed.start();
    return () => {
      clearTimeout(due);
      feed.stop();
    };
  }, [client, enabled]);
  return state;
}
