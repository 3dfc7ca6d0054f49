import { useEffect } from 'react';
import type { Alert, Batch } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { formatNumber } from '../format/number.ts';
import { organisationName, placeKindName } from '../format/term.ts';
import { Message } from '../shell/message.tsx';
import { SiteCard } from './site-card.tsx';
import { SiteSign } from './site-sign.tsx';

interface Props {
  readonly sites: readonly Site[];
  readonly alerts: readonly Alert[];
  readonly batches: readonly Batch[];
}

/** Sites with devices or edge nodes as cards; below them the others, in the order in which goods come by. */
export function SiteCards({ sites, alerts, batches }: Props) {
  const ready = sites.length > 0;
  useEffect(() => {
    // The address may name a site that was not on the page when the browser looked for it.
    if (ready && location.hash.startsWith('#site-')) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [ready]);
  if (!ready) return <Message title="No site is registered yet" tone="empty" />;
  const others = sites.filter((site) => !isMeasured(site)).sort((a, b) => rank(a) - rank(b));
  return (
    <>
      <div className="site-cards">
        {sites.filter(isMeasured).map((site) => (
          <SiteCard key={site.gln} site={site} alerts={alerts.filter(isOf(site))} batches={batches} />
        ))}
      </div>
      <ul className="site-rows">
        {others.map(({ gln, kind, name, mspId, holdings }) => (
          <li key={gln} id={`site-${gln}`}>
            <SiteSign kind={kind} />
            <div>
              <h3>{name}</h3>
              <p className="muted small">
                {placeKindName(kind)} · {organisationName(mspId)} ·{' '}
                {holdings === 0
                  ? 'holds nothing'
                  : `holds ${formatNumber(holdings)} ${holdings === 1 ? 'lot' : 'lots'}`}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function isMeasured(site: Site): boolean {
  return site.nodes.length + site.devices.length > 0;
}

function isOf(site: Site): (alert: Alert) => boolean {
  const nodes = new Set(site.nodes.map(({ node }) => node));
  return ({ event }) => nodes.has(event.data.node);
}

const kinds = ['field', 'packhouse', 'warehouse', 'store', 'other'];

function rank({ kind }: Site): number {
  const index = kinds.indexOf(kind);
  return index < 0 ? kinds.length : index;
}
