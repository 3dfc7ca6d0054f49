import { useQuery } from '@tanstack/react-query';
import type { Rule } from '../api/shapes.ts';
import { fetchUnit, type Unit } from '../api/unit.ts';
import { ConditionsSection } from '../chart/conditions-section.tsx';
import { deviceName, dispositionName, organisationName } from '../format/term.ts';
import { formatZone } from '../format/time.ts';
import { IncidentList } from '../lot/incident-list.tsx';
import { type Incident, incidentsOf } from '../lot/incidents.ts';
import { pathLines } from '../lot/path.ts';
import { PathList } from '../lot/path-list.tsx';
import { RecallBanner } from '../recall/recall-banner.tsx';
import { unitPath } from '../route.ts';
import { AsOfLine, StaleBanner } from '../shell/as-of.tsx';
import { Badge } from '../shell/badge.tsx';
import { QueryState } from '../shell/query-state.tsx';
import { Section } from '../shell/section.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ContentsTable } from './contents-table.tsx';

const stream = 'temperature';

/** The page of a logistic unit: what was in it, where it went, how warm it was. */
export function UnitPage({ sscc }: { sscc: string }) {
  usePageTitle(`Unit ${sscc}`);
  const query = useQuery({ queryKey: ['unit', sscc], queryFn: ({ signal }) => fetchUnit(sscc, signal) });
  return (
    <QueryState query={query} loading={`Reading unit ${sscc}…`}>
      {(unit) => <UnitView unit={unit} />}
    </QueryState>
  );
}

function UnitView({ unit }: { unit: Unit }) {
  const incidents = incidentsOf(unit.conditions.excursions);
  const zone = formatZone(unit.hops.at(-1)?.arrivalMs ?? unit.asOf.blockTimeMs);
  const trackers = unit.trackers.map(({ device, epc }) => (device === null ? epc : deviceName(device)));
  return (
    <>
      <StaleBanner {...unit} />
      <RecallBanner linkPath={unitPath(unit.sscc)} what="unit" />
      <header className="lot-head">
        <div className="lot-title">
          <p className="eyebrow">Logistic unit</p>
          <h1>{unit.sscc}</h1>
          <p className="muted">SSCC</p>
        </div>
        <div className="lot-state">
          {unit.disposition === null ? null : <Badge tone="neutral">{dispositionName(unit.disposition)}</Badge>}
        </div>
        <dl className="facts">
          <div>
            <dt>Custodian</dt>
            <dd>{unit.custodian === null ? 'Unknown' : organisationName(unit.custodian)}</dd>
          </div>
          <div>
            <dt>Trackers</dt>
            <dd>{trackers.length === 0 ? 'None' : [...new Set(trackers)].join(', ')}</dd>
          </div>
        </dl>
      </header>
      <IncidentList incidents={incidents} stays={unit.conditions.stays} />
      <Section title="Contents" aside="everything that was ever in it">
        <ContentsTable contents={unit.contents} />
      </Section>
      <Section title="Path" aside={`Times in ${zone}`}>
        <PathList lines={pathLines(unit, [], incidents)} history={unit} item={unit.id} stream={stream} trace={null} />
      </Section>
      <ConditionsSection conditions={unit.conditions} limits={brokenLimits(incidents)} stream={stream} zone={zone} />
      <AsOfLine {...unit} />
    </>
  );
}

/** A unit has no limits of its own; those that its contents broke are worth a line in the chart. */
function brokenLimits(incidents: readonly Incident[]): Rule[] {
  return incidents.flatMap(({ stream, unit, min, max }) =>
    unit === null ? [] : [{ id: 'broken', stream, unit, min, max, durationMs: 0 }],
  );
}
