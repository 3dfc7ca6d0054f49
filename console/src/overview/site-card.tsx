import type { Alert } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, placeKindName } from '../format/term.ts';
import { useNow } from '../live/use-now.ts';
import { Badge } from '../shell/badge.tsx';
import { Icon, isIconName } from '../shell/icon.tsx';
import { Age } from '../shell/time.tsx';
import { nodeState, type SiteNode } from './node-state.ts';

/** One site: what it is, how its edge nodes stand, and what needs a look there. */
export function SiteCard({ site, alerts }: { site: Site; alerts: readonly Alert[] }) {
  const revoked = site.devices.filter((device) => device.revoked).length;
  const legacy = site.devices.filter((device) => !device.signs).length;
  return (
    <article id={`site-${site.gln}`} className={site.nodes.length > 0 ? 'card site-card with-node' : 'card site-card'}>
      <header>
        <span className="site-sign">
          <Icon name={isIconName(site.kind) ? site.kind : 'other'} />
        </span>
        <div>
          <h3>{site.name}</h3>
          <p className="muted">
            {placeKindName(site.kind)} · {organisationName(site.mspId)}
            {site.address === null ? '' : ` · ${site.address}`}
          </p>
        </div>
      </header>
      {site.nodes.map((node) => (
        <NodeLine key={node.node} node={node} />
      ))}
      {site.nodes.length + site.devices.length > 0 ? (
        <dl className="site-facts">
          <div>
            <dt>Devices</dt>
            <dd>{formatNumber(site.devices.length)}</dd>
          </div>
          <div>
            <dt>Lots held</dt>
            <dd>{formatNumber(site.holdings)}</dd>
          </div>
          <div>
            <dt>Alerts</dt>
            <dd>{alerts.length === 0 ? 'none lately' : <Badge tone="danger">{formatNumber(alerts.length)}</Badge>}</dd>
          </div>
        </dl>
      ) : (
        <p className="site-held">
          {site.holdings === 0 ? 'No goods held here now' : `${formatNumber(site.holdings)} lots held here now`}
        </p>
      )}
      {revoked + legacy > 0 ? (
        <p className="muted small">
          {[revoked > 0 ? `${revoked} revoked` : '', legacy > 0 ? `${legacy} that cannot sign` : '']
            .filter((text) => text !== '')
            .join(', ')}
        </p>
      ) : null}
    </article>
  );
}

function NodeLine({ node }: { node: SiteNode }) {
  const now = useNow();
  const { text, tone } = nodeState(node, now);
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
      </p>
    </div>
  );
}
