import type { Overview } from '../api/overview.ts';
import { formatNumber } from '../format/number.ts';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly remark: string;
  readonly attention?: boolean;
}

/** The numbers that say how much there is, and how much of it needs a look. */
export function KeyFigures({ counts, height }: { counts: Overview['counts']; height: number }) {
  return (
    <dl className="figures">
      {figuresOf(counts, height).map(({ name, value, remark, attention = false }) => (
        <div key={name} className={attention ? 'figure attention' : 'figure'}>
          <dt>{name}</dt>
          <dd>
            <span className="figure-value">{formatNumber(value)}</span>
            <span className="figure-remark">{remark}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function figuresOf(counts: Overview['counts'], height: number): Figure[] {
  const { invalid, valid } = counts.transactions;
  return [
    { name: 'Readings', value: counts.readings, remark: 'anchored on the ledger' },
    {
      name: 'Batches',
      value: counts.batches,
      remark: batchRemark(counts),
      attention: counts.missingSummaries + counts.overlaps > 0,
    },
    {
      name: 'Devices',
      value: counts.devices,
      remark: `at ${formatNumber(counts.nodes)} edge nodes${counts.devicesRevoked === 0 ? '' : `, ${formatNumber(counts.devicesRevoked)} revoked`}`,
    },
    { name: 'Lots', value: counts.lots, remark: `${formatNumber(counts.units)} logistic units` },
    {
      name: 'Excursions',
      value: counts.excursions,
      remark: `${formatNumber(counts.alerts)} ${counts.alerts === 1 ? 'alert' : 'alerts'} raised`,
      attention: counts.excursions > 0,
    },
    {
      name: 'Differences',
      value: counts.discrepancies,
      remark: 'received other than sent',
      attention: counts.discrepancies > 0,
    },
    {
      name: 'Blocks',
      value: height,
      remark: `${formatNumber(valid)} transactions${invalid === 0 ? '' : `, ${formatNumber(invalid)} invalid`}`,
    },
    { name: 'Sites', value: counts.sites, remark: `${formatNumber(counts.events)} supply-chain events` },
  ];
}

function batchRemark({ missingSummaries, overlaps }: Overview['counts']): string {
  const remarks = [
    missingSummaries === 0 ? '' : `${formatNumber(missingSummaries)} without figures yet`,
    overlaps === 0 ? '' : `${formatNumber(overlaps)} times the same readings at two nodes`,
  ].filter((remark) => remark !== '');
  return remarks.length === 0 ? 'all with their figures' : remarks.join(', ');
}
