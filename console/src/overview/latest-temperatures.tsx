import { useQuery } from '@tanstack/react-query';
import { isCode } from '../api/api-error.ts';
import { fetchReadings } from '../api/readings.ts';
import type { Site } from '../api/sites.ts';
import { formatMeasured, formatNumber } from '../format/number.ts';
import { deviceName } from '../format/term.ts';
import { Age } from '../shell/time.tsx';
import { latestTemperatures } from './latest-values.ts';

const askEveryMs = 10_000;

interface Props {
  readonly node: string;
  /** Number of the newest batch that holds readings. */
  readonly sequence: number;
  readonly devices: Site['devices'];
}

/**
 * What the fixed sensors of a site measured last: raw readings of the newest batch, each verified against the ledger
 * before the gateway shows it. Only the organisation of the site can ask its edge node; for others there is nothing here.
 */
export function LatestTemperatures({ node, sequence, devices }: Props) {
  const { data, error } = useQuery({
    queryKey: ['readings', node],
    queryFn: ({ signal }) => fetchReadings(node, sequence, signal),
    refetchInterval: (query) => (isCode(query.state.error, 'not-found') ? false : askEveryMs),
  });
  const fixed = new Set(
    devices.filter(({ kind }) => kind === 'probe' || kind === 'legacy').map(({ device }) => device),
  );
  const latest = data === undefined ? null : latestTemperatures(data, fixed);
  if (latest === null) {
    return error === null || isCode(error, 'not-found') || isCode(error, 'forbidden') ? null : (
      <p className="small muted">The edge node does not hand out its latest readings now.</p>
    );
  }
  return (
    <div className="latest">
      <dl>
        <div>
          <dt>Coldest</dt>
          <dd>{degrees(latest.lowest)}</dd>
        </div>
        <div>
          <dt>Median</dt>
          <dd>{degrees(latest.median)}</dd>
        </div>
        <div>
          <dt>Warmest</dt>
          <dd>{degrees(latest.highest)}</dd>
        </div>
      </dl>
      <p className="small muted">
        Of {formatNumber(latest.devices)} {latest.devices === 1 ? 'device' : 'devices'}, <Age ms={latest.atMs} />,
        checked against the ledger. Warmest: {deviceName(latest.highestDevice).replace(`${node.split('/')[0]}.`, '')}
      </p>
    </div>
  );
}

function degrees(value: number): string {
  return formatMeasured(value * 1000, 'Cel');
}
