import { useQuery } from '@tanstack/react-query';
import { fetchOverview } from '../api/overview.ts';
import { fetchSites } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { AlertList } from './alert-list.tsx';
import { BatchTable } from './batch-table.tsx';
import { KeyFigures } from './key-figures.tsx';
import { LotList } from './lot-list.tsx';
import { SiteCards } from './site-cards.tsx';

/** How much there is, what came last, and whether anything needs somebody's attention. */
export function OverviewPage() {
  usePageTitle('Overview');
  const overview = useQuery({ queryKey: ['overview'], queryFn: ({ signal }) => fetchOverview(signal) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: ({ signal }) => fetchSites(signal) });
  return (
    <QueryState query={overview} loading="Reading the overview…">
      {(data) => (
        <>
          <StaleBanner {...data} />
          <div className="page-head">
            <div>
              <p className="eyebrow">{data.organisation.name}</p>
              <h1>Overview</h1>
            </div>
            <AsOfLine {...data} />
          </div>
          <KeyFigures counts={data.counts} height={data.asOf.height} />
          <div className="columns">
            <Section title="Sites" className="sites-section">
              <QueryState query={sites} loading="Reading the sites…">
                {(answer) => (
                  <>
                    <SiteCards sites={answer.sites} alerts={data.alerts} batches={data.batches} />
                    {answer.next === null ? null : (
                      <p className="muted">The first {formatNumber(answer.sites.length)} sites by name are shown.</p>
                    )}
                  </>
                )}
              </QueryState>
            </Section>
            <div className="column">
              <Section title="Alerts" aside="as edge nodes raised them">
                <AlertList alerts={data.alerts} sites={sites.data?.sites ?? []} />
              </Section>
              <Section title="Lots" aside="newest activity first">
                <LotList lots={data.lots} />
              </Section>
            </div>
          </div>
          <Section title="Newest batches" aside="sealed and signed at the edge, anchored on the ledger">
            <BatchTable batches={data.batches} sites={sites.data?.sites ?? []} />
          </Section>
        </>
      )}
    </QueryState>
  );
}
