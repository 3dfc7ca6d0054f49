import { useQuery } from '@tanstack/react-query';
import type { FullLot } from '../api/lot.ts';
import type { Caller } from '../api/session.ts';
import { fetchTrace } from '../api/trace.ts';
import { ConditionsSection } from '../chart/conditions-section.tsx';
import { formatZone } from '../format/time.ts';
import { TraceSection } from '../graph/trace-section.tsx';
import { Link } from '../navigation.tsx';
import { RecallBanner } from '../recall/recall-banner.tsx';
import { RecallLinks } from '../recall/recall-links.tsx';
import { recordsPath } from '../regulator/asked.ts';
import { lotPath } from '../route.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Section } from '../shell/section.tsx';
import { EventTable } from './event-table.tsx';
import { HoldingsTable } from './holdings-table.tsx';
import { IncidentList } from './incident-list.tsx';
import { incidentsOf } from './incidents.ts';
import { LotHeading } from './lot-heading.tsx';
import { mainStream } from './main-stream.ts';
import { pathLines } from './path.ts';
import { PathList } from './path-list.tsx';

/** Everything about a lot, for those who may read. */
export function FullLotView({ lot, caller }: { lot: FullLot; caller: Caller | null }) {
  const trace = useQuery({
    queryKey: ['trace', lot.gtin, lot.lot],
    queryFn: ({ signal }) => fetchTrace(lot.gtin, lot.lot, signal),
  });
  const limits = lot.product?.limits ?? [];
  const stream = mainStream(limits);
  const incidents = incidentsOf(lot.conditions.excursions);
  const zone = formatZone(lot.lastMs);
  return (
    <>
      <StaleBanner {...lot} />
      <RecallBanner linkPath={lotPath(lot.gtin, lot.lot)} what="lot" />
      <LotHeading lot={lot} stream={stream} />
      <RecallLinks item={lot.id} caller={caller} />
      <IncidentList incidents={incidents} stays={lot.conditions.stays} />
      <Section title="Path" aside={`Times in ${zone}`}>
        <PathList
          lines={pathLines(lot, lot.discrepancies, incidents)}
          history={lot}
          item={lot.id}
          stream={stream}
          trace={trace.data ?? null}
        />
      </Section>
      <ConditionsSection conditions={lot.conditions} limits={limits} stream={stream} zone={zone} />
      <TraceSection query={trace} excursions={lot.conditions.excursions} />
      <Section title="Where it is now">
        <HoldingsTable holdings={lot.holdings} state={lot.state} />
      </Section>
      <EventTable events={lot.events} />
      <p className="after-events">
        <Link href={recordsPath({ lots: `${lot.gtin} ${lot.lot}` })}>Records of this lot for the regulator</Link>
      </p>
      <AsOfLine {...lot} />
    </>
  );
}
