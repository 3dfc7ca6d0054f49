import type { Alert, Batch } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, placeKindName } from '../format/term.ts';
import { useNow } from '../live/use-now.ts';
import { Badge } from '../shell/badge.tsx';
import { Age } from '../shell/time.tsx';
import { LatestTemperatures } from './latest-temperatures.tsx';
import { nodeState, type SiteNode } from './node-state.ts';
import { SiteSign } from './site-sign.tsx';

interface Props {
  readonly site: Site;
  readonly alerts: readonly Alert[];
  readonly batches: readonly Batch[];
}

/** A site with devices: how its edge nodes stand, what was measured last, and what needs a look there. */
export function SiteCard({ site, alerts, batches }: Props) {
  const revoked = site.devices.filter((device) => device.revoked).length;
  const legacy = site.devices.filter((device) => !device.signs).length;
  const remarks = [
    revoked > 0 ? `${formatNumber(revoked)} revoked` : '',
    legacy > 0 ? `${formatNumber(legacy)} cannot sign` : '',
  ].filter((text) => text !== '');
  return (
    <article id={`site-${site.gln}`} className="site-card">
      <header>
        <SiteSign kind={site.kind} />
        <div>
          <h3>{site.name}</h3>
          <p className="muted">
            {placeKindName(site.kind)} · {organisationName(site.mspId)}
            {site.address === null ? '' : ` · ${site.address}`}
          </p>
        </div>
      </header>
      {site.nodes.map((node) => {
        const newest = batches.find((batch) => batch.node === node.node && batch.size > 0);
        return (
          <div key={node.node}>
            <NodeLine node={node} />
            {newest ? <LatestTemperatures node={node.node} sequence={newest.sequence} devices={site.devices} /> : null}
          </div>
        );
      })}
      <dl className="site-facts">
        <div>
          <dt>Devices</dt>
          <dd>
            {formatNumber(site.deviceCount)}
            {remarks.length === 0 ? null : <span className="muted small"> ({remarks.join(', ')})</span>}
          </dd>
        </div>
        <div>
          <dt>Lots held</dt>
          <dd>{formatNumber(site.holdings)}</dd>
        </div>
        <div>
          <dt>Alerts</dt>
          <dd>{alerts.length === 0 ? 'None lately' : <Badge tone="danger">{formatNumber(alerts.length)}</Badge>}</dd>
        </div>
      </dl>
    </article>
  );
}

function NodeLine({ node }: { node: SiteNode }) {
  const now = useNow();
  const { text, tone } = nodeState(node, now);
  const refusal = node.lastRefusal?.resolvedMs === null ? node.lastRefusal : null;
  return (
    <div className="node-line">
      <Badge tone={tone}>{text}</Badge>
      <p className="small">
        Edge node {node.node.split('/')[1]}
        {node.head === null ? null : (
          <>
            {' '}
            · statement {formatNumber(node.head.sequence)}, <Age ms={node.head.sealedAtMs} />
          </>
        )}
        <br />
        <span className="muted">
          {formatNumber(node.readings)} readings in {formatNumber(node.batches)} batches
          {node.missingSummaries > 0 ? `, figures of ${formatNumber(node.missingSummaries)} missing` : ''}
        </span>
        {refusal === null ? null : (
          <>
            <br />
            Refused <Age ms={refusal.timeMs} />: {refusal.code}
          </>
        )}
      </p>
    </div>
  );
}
