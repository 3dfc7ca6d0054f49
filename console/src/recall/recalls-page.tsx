import { useInfiniteQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { explain } from '../api/explain.ts';
import { fetchRecalls, type RecallEntry, type Recalls } from '../api/recalls.ts';
import type { Caller } from '../api/session.ts';
import { formatNumber } from '../format/number.ts';
import { Link } from '../navigation.tsx';
import { recallPath } from '../route.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Badge } from '../shell/badge.tsx';
import { Message } from '../shell/message.tsx';
import { Section } from '../shell/section.tsx';
import { Age } from '../shell/time.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { HistoryTable } from './history-table.tsx';
import { mayRecall } from './may-recall.ts';
import { recallTitle } from './names.ts';
import './recall.css';

const choices = ['all', 'open', 'closed'] as const;
type Choice = (typeof choices)[number];

/** Recalls that this organisation may know of, the newest first, with those that wait for it marked. */
export function RecallsPage({ caller }: { caller: Caller | null }) {
  usePageTitle('Recalls');
  const name = useId();
  const [choice, setChoice] = useState<Choice>('all');
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['recalls', choice],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => fetchRecalls(choice === 'all' ? null : choice, pageParam, signal),
    getNextPageParam: (last: Recalls) => last.next,
  });
  const [first] = data?.pages ?? [];
  const recalls = data?.pages.flatMap((page) => page.recalls) ?? [];
  const waiting = recalls.filter(({ awaitsMe }) => awaitsMe).length;
  return (
    <>
      {first ? <StaleBanner {...first} /> : null}
      <div className="page-head">
        <div>
          <p className="eyebrow">What has to come back</p>
          <h1>Recalls</h1>
        </div>
        <div className="recall-end">
          {first ? <AsOfLine {...first} /> : null}
          {mayRecall(caller) ? (
            <p className="recall-links">
              <Link href="/recalls/contacts">Contacts</Link>
              <Link href="/recalls/new" className="button">
                New recall
              </Link>
            </p>
          ) : null}
        </div>
      </div>
      {waiting > 0 ? (
        <Message
          title={`${formatNumber(waiting)} ${waiting === 1 ? 'recall waits' : 'recalls wait'} for your answer`}
          tone="warn"
        >
          Open it, acknowledge it, and look for the goods.
        </Message>
      ) : null}
      <Section title="All recalls and exercises" aside="the newest first">
        <fieldset className="choice">
          <legend className="visually-hidden">Which recalls</legend>
          {choices.map((each) => (
            <label key={each}>
              <input type="radio" name={name} checked={each === choice} onChange={() => setChoice(each)} />
              <span>{each}</span>
            </label>
          ))}
        </fieldset>
        {error && !data ? (
          <Message title={explain(error).title} tone="warn">
            {explain(error).advice}
          </Message>
        ) : null}
        {!data && !error ? (
          <div className="loading" role="status">
            <span className="spinner" aria-hidden="true" />
            Reading the recalls…
          </div>
        ) : null}
        {data && recalls.length === 0 ? <NoRecalls choice={choice} mayOpen={mayRecall(caller)} /> : null}
        {recalls.length > 0 ? <RecallTable recalls={recalls} /> : null}
        {hasNextPage ? (
          <button type="button" onClick={() => void fetchNextPage()} disabled={isFetchingNextPage}>
            Show earlier ones
          </button>
        ) : null}
      </Section>
      <HistoryTable />
    </>
  );
}

function NoRecalls({ choice, mayOpen }: { choice: Choice; mayOpen: boolean }) {
  const title = choice === 'all' ? 'There has been no recall yet' : `There is no ${choice} recall`;
  return (
    <Message title={title} tone="empty">
      {choice === 'all' && mayOpen
        ? 'One begins here, or on the page of a lot. An exercise is the same with a clock, and holds nothing.'
        : null}
    </Message>
  );
}

function RecallTable({ recalls }: { recalls: readonly RecallEntry[] }) {
  return (
    <div className="table-scroll">
      <table className="recalls stacked">
        <thead>
          <tr>
            <th scope="col">Recall</th>
            <th scope="col">Reason</th>
            <th scope="col">Opened</th>
            <th scope="col" className="number">
              Lots
            </th>
            <th scope="col" className="number">
              Acknowledged
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {recalls.map(({ recall, openedBy, isOwn, acknowledged, addressees, awaitsMe }) => (
            <tr key={recall.recallId}>
              <th scope="row">
                <Link href={recallPath(recall.recallId)}>{recall.recallId}</Link>
                <span className="muted small line">{recallTitle(recall)}</span>
              </th>
              <td data-label="Reason" className="reason">
                {recall.reason}
              </td>
              <td data-label="Opened">
                <Age ms={recall.openedAtMs} />
                <span className="muted small line">by {isOwn ? 'you' : openedBy}</span>
              </td>
              <td className="number" data-label="Lots">
                {formatNumber(recall.lots)}
              </td>
              <td className="number" data-label="Acknowledged">
                {formatNumber(acknowledged)} of {formatNumber(addressees)}
              </td>
              <td data-label="State">
                {awaitsMe ? <Badge tone="warn">Waits for you</Badge> : null}
                {recall.state === 'open' ? <Badge tone="danger">Open</Badge> : <Badge tone="neutral">Closed</Badge>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
