import { useEffect } from 'react';
import type { Alert } from '../api/overview.ts';
import type { Site } from '../api/sites.ts';
import { Message } from '../shell/message.tsx';
import { SiteCard } from './site-card.tsx';

/** Sites with devices or edge nodes as cards, those without as smaller ones after them. */
export function SiteCards({ sites, alerts }: { sites: readonly Site[]; alerts: readonly Alert[] }) {
  const ready = sites.length > 0;
  useEffect(() => {
    // The address may name a site that was not on the page when the browser looked for it.
    if (ready && location.hash.startsWith('#site-')) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [ready]);
  if (!ready) return <Message title="No site is registered yet" tone="empty" />;
  const measured = sites.filter(isMeasured);
  const others = sites.filter((site) => !isMeasured(site)).sort((a, b) => rank(a) - rank(b));
  return (
    <div className="site-cards">
      {measured.map((site) => (
        <SiteCard
          key={site.gln}
          site={site}
          alerts={alerts.filter(({ event }) => nodesOf(site).has(event.data.node))}
        />
      ))}
      {others.map((site) => (
        <SiteCard key={site.gln} site={site} alerts={[]} />
      ))}
    </div>
  );
}

function isMeasured(site: Site): boolean {
  return site.nodes.length + site.devices.length > 0;
}

function nodesOf(site: Site): Set<string> {
  return new Set(site.nodes.map(({ node }) => node));
}

/** The order in which goods come by. */
const kinds = ['field', 'packhouse', 'warehouse', 'store', 'other'];

function rank({ kind }: Site): number {
  const index = kinds.indexOf(kind);
  return index < 0 ? kinds.length : index;
}
