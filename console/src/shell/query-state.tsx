import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isRetryable } from '../api/api-error.ts';
import { explain } from '../api/explain.ts';
import { Message } from './message.tsx';

interface Props<T> {
  readonly query: UseQueryResult<T>;
  /** What is being waited for, as `Reading the lot…`. */
  readonly loading: string;
  readonly children: (data: T) => ReactNode;
}

/**
 * Shows an answer, or that it is awaited, or why there is none. An old answer stays on the page when a newer one cannot
 * be had, with a line that says so.
 */
export function QueryState<T>({ query, loading, children }: Props<T>) {
  const { data, error } = query;
  if (data !== undefined) {
    return (
      <>
        {error ? <OldAnswer error={error} /> : null}
        {children(data)}
      </>
    );
  }
  if (error) {
    const { title, advice } = explain(error);
    return (
      <Message title={title} tone={isRetryable(error) ? 'warn' : 'empty'}>
        <p>{advice}</p>
        <button type="button" onClick={() => void query.refetch()}>
          Ask again
        </button>
      </Message>
    );
  }
  return (
    <div className="loading" role="status">
      <span className="spinner" aria-hidden="true" />
      {loading}
    </div>
  );
}

function OldAnswer({ error }: { error: Error }) {
  const { title, advice } = explain(error);
  return (
    <Message title={`${title}: what you see is what was known before`} tone="warn">
      {advice}
    </Message>
  );
}
