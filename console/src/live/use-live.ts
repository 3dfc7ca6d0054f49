import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ConnectionState } from './connection.ts';
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
        for (const key of liveKeys) void client.invalidateQueries({ queryKey: [key] });
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
