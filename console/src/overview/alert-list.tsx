import type { Alert } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { formatMeasured } from '../format/number.ts';
import { deviceName } from '../format/term.ts';
import { formatDuration } from '../format/time.ts';
import { Icon } from '../shell/icon.tsx';
import { Message } from '../shell/message.tsx';
import { Age, Time } from '../shell/time.tsx';
import { siteOfNode } from './site-of-node.ts';

/** Alerts, the latest first: what was measured, against which limit, where and for how long. */
export function AlertList({ alerts, sites }: { alerts: readonly Alert[]; sites: readonly Site[] }) {
  if (alerts.length === 0) return <Message title="No alert has been raised" tone="empty" />;
  return (
    <ul className="alerts">
      {alerts.map(({ seq, receivedMs, event: { data } }) => (
        <li key={seq} className="alert-item">
          <Icon name="warning" />
          <div>
            <p>
              <strong>{formatMeasured(data.peak, data.unit)}</strong> {data.stream} at{' '}
              {siteOfNode(sites, data.node)?.name ?? data.node}
            </p>
            <p className="small muted">
              {limitText(data)} for {formatDuration(data.toMs - data.fromMs)}, from <Time ms={data.fromMs} short />
            </p>
            <p className="small muted">
              {deviceName(data.device)} · heard <Age ms={receivedMs} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function limitText({ min, max, peak, unit }: Alert['event']['data']): string {
  if (max !== null && peak > max) return `above ${formatMeasured(max, unit)}`;
  if (min !== null && peak < min) return `below ${formatMeasured(min, unit)}`;
  return 'outside its limits';
}
