import { ApiError } from './api-error.ts';

/** An error in human words: what happened, and what one can do. */
export interface Explanation {
  readonly title: string;
  readonly advice: string;
}

const byCode: Readonly<Record<string, Explanation>> = {
  'not-found': {
    title: 'Nothing is known of this',
    advice: 'It may be mistyped, or no event that names it has reached this ledger yet.',
  },
  unauthenticated: { title: 'Please sign in', advice: 'This can be seen with an API key of your organisation.' },
  forbidden: {
    title: 'Your key does not allow this',
    advice: 'Ask your administrator for a key with a role that does.',
  },
  'rate-limited': { title: 'Too many questions at once', advice: 'Wait a moment; the page asks again by itself.' },
  'projection-stale': {
    title: 'The gateway is catching up with the ledger',
    advice: 'The page asks again by itself.',
  },
  'ledger-unavailable': { title: 'The ledger cannot be reached', advice: 'The page asks again by itself.' },
  'edge-unreachable': {
    title: 'The edge node does not answer',
    advice: 'Its readings are kept there; ask again later.',
  },
  internal: {
    title: 'Something went wrong in the gateway',
    advice: 'Its log says what. The page asks again by itself.',
  },
};

/** What to tell somebody about an error. The gateway's own words stay, where they say what is wrong with the question. */
export function explain(error: unknown): Explanation {
  if (!(error instanceof ApiError)) {
    return { title: 'Something went wrong on this page', advice: error instanceof Error ? error.message : '' };
  }
  if (error.kind === 'unreachable') {
    return { title: 'The gateway cannot be reached', advice: 'Check your network. The page asks again by itself.' };
  }
  if (error.kind === 'malformed') {
    return {
      title: 'The gateway answered in a form that this page does not know',
      advice: 'Reload the page: it may be older than the gateway.',
    };
  }
  const code = error.problem?.code ?? '';
  const known = byCode[code];
  if (known) return known;
  const detail = error.problem?.detail ?? error.problem?.advice;
  return { title: sentence(error.message), advice: detail === undefined ? '' : sentence(detail) };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
