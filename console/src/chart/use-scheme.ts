import { useSyncExternalStore } from 'react';

const queries = ['(prefers-color-scheme: dark)', 'print'];

function subscribe(listener: () => void): () => void {
  const lists = queries.map((query) => matchMedia(query));
  for (const list of lists) list.addEventListener('change', listener);
  return () => {
    for (const list of lists) list.removeEventListener('change', listener);
  };
}

/** Names the colours in force. What is drawn on a canvas does not follow the style sheet by itself; paper is another one. */
export function useScheme(): string {
  return useSyncExternalStore(subscribe, () => queries.map((query) => String(matchMedia(query).matches)).join());
}
