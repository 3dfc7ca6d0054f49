import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { explain } from '../api/explain.ts';
import type { Caller } from '../api/session.ts';
import { fetchSites } from '../api/sites.ts';
import {
  fetchWorklist,
  fetchWorklistCounts,
  type WorkItem,
  type Worklist,
  type WorklistFilter,
} from '../api/worklist.ts';
import { formatNumber } from '../format/number.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { WorkItemCard } from './work-item-card.tsx';
import '../styles/forms.css';
import './worklist.css';

/** Roles that work off the list. */
const workingRoles = ['admin', 'operator', 'quality'];

const states = [
  ['open', 'open'],
  ['resolved', 'settled'],
] as const;
const severities = [
  ['', 'Whatever needs a look'],
  ['act', 'The books are wrong, or somebody waits'],
  ['look', 'Somebody should make sure'],
  ['info', 'Marked, and in order'],
] as const;

/** What about the events somebody should look at, the latest first, to be assigned, noted and settled. */
export function WorklistPage({ caller }: { caller: Caller | null }) {
  usePageTitle('Worklist');
  const name = useId();
  const [filter, setFilter] = useState<WorklistFilter>({
    state: 'open',
    kind: null,
    severity: null,
    place: null,
    assignee: null,
    scope: 'own',
  });
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, isPlaceholderData } = useInfiniteQuery({
    queryKey: ['worklist', filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => fetchWorklist(filter, pageParam, signal),
    getNextPageParam: (last: Worklist) => last.next,
    placeholderData: (before) => before,
  });
  // Not by kind, so that the others can be chosen next.
  const counted = { ...filter, kind: null };
  const counts = useQuery({
    queryKey: ['worklist', 'counts', counted],
    queryFn: ({ signal }) => fetchWorklistCounts(counted, signal),
    placeholderData: (before) => before,
  });
  const kinds = counts.data?.kinds ?? [];
  const all = kinds.reduce((sum, { count }) => sum + count, 0);
  const sites = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => fetchSites(signal) });
  const mayWork = caller?.roles.some((role) => workingRoles.includes(role)) ?? false;
  const [first] = data?.pages ?? [];
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {first ? <StaleBanner {...first} /> : null}
      <div className="page-head">
        <div>
          <p className="eyebrow">What does not add up, waits or is overdue</p>
          <h1>Worklist</h1>
        </div>
        {first ? <AsOfLine {...first} /> : null}
      </div>
      <Section
        title={filter.state === 'open' ? 'To be looked at' : 'Settled'}
        aside={counts.data ? `${formatNumber(all)}, the latest first` : 'the latest first'}
      >
        <div className="filters">
          <fieldset className="choice">
            <legend className="visually-hidden">State</legend>
            {states.map(([state, label]) => (
              <label key={state}>
                <input
                  type="radio"
                  name={name}
                  checked={state === filter.state}
                  onChange={() => setFilter({ ...filter, state })}
                />
                <span>{label}</span>
              </label>
            ))}
          </fieldset>
          <select
            aria-label="What is the matter"
            value={filter.kind ?? ''}
            onChange={(event) => setFilter({ ...filter, kind: event.currentTarget.value || null })}
          >
            <option value="">Everything ({formatNumber(all)})</option>
            {kinds.map(({ kind, title, count }) => (
              <option key={kind} value={kind}>
                {title} ({formatNumber(count)})
              </option>
            ))}
            {filter.kind !== null && kinds.every(({ kind }) => kind !== filter.kind) ? (
              <option value={filter.kind}>No more of this kind</option>
            ) : null}
          </select>
          <select
            aria-label="How much it matters"
            value={filter.severity ?? ''}
            onChange={(event) =>
              setFilter({ ...filter, severity: (event.currentTarget.value || null) as WorklistFilter['severity'] })
            }
          >
            {severities.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
          <select
            aria-label="Place"
            value={filter.place ?? ''}
            onChange={(event) => setFilter({ ...filter, place: event.currentTarget.value || null })}
          >
            <option value="">All places</option>
            {(sites.data?.sites ?? []).map((site) => (
              <option key={site.gln} value={site.gln}>
                {site.name}
              </option>
            ))}
          </select>
          <input
            type="search"
            aria-label="Who looks after it"
            placeholder="Looked after by"
            maxLength={200}
            onChange={(event) => {
              if (event.currentTarget.value === '') setFilter({ ...filter, assignee: null });
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') setFilter({ ...filter, assignee: event.currentTarget.value.trim() || null });
            }}
            onBlur={(event) => setFilter({ ...filter, assignee: event.currentTarget.value.trim() || null })}
          />
          <label className="filter-check">
            <input
              type="checkbox"
              checked={filter.scope === 'all'}
              onChange={(event) => setFilter({ ...filter, scope: event.currentTarget.checked ? 'all' : 'own' })}
            />
            Others’ too
          </label>
        </div>
        <Items items={data ? items : null} error={error} mayWork={mayWork} isOld={isPlaceholderData} />
        {hasNextPage ? (
          <button type="button" onClick={() => void fetchNextPage()} disabled={isFetchingNextPage}>
            Show earlier ones
          </button>
        ) : null}
      </Section>
    </>
  );
}

interface ItemsProps {
  readonly items: readonly WorkItem[] | null;
  readonly error: Error | null;
  readonly mayWork: boolean;
  readonly isOld: boolean;
}

function Items({ items, error, mayWork, isOld }: ItemsProps) {
  if (items === null) {
    return error ? (
      <Message title={explain(error).title} tone="warn">
        {explain(error).advice}
      </Message>
    ) : (
      <div className="loading" role="status">
        <span className="spinner" aria-hidden="true" />
        Reading the worklist…
      </div>
    );
  }
  if (items.length === 0) return <Message title="There is nothing here" tone="empty" />;
  return (
    <ul className="work-items" aria-busy={isOld}>
      {items.map((item) => (
        <WorkItemCard key={item.id} item={item} mayWork={mayWork} />
      ))}
    </ul>
  );
}
