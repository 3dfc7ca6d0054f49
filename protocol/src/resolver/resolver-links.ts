import { canonicalLink, toDigitalLink } from '../gs1/index.ts';
import type { LinkContext, ResolverLink } from './linkset.ts';
import type { Resolvable } from './resolvable.ts';

/** Where the targets of a gateway's links begin. */
export const targetPath = '/api/digital-link';
/** In front of a Digital Link's path: the page about that thing, at an address that is not the identifier's own. */
export const pagePath = '/page';

/** What is known of one level of an identifier. */
export interface LevelFacts {
  readonly identifier: Resolvable;
  /** Name of a product or place. */
  readonly description: string | null;
  /** Whether an event about it names a certificate. */
  readonly hasCertification: boolean;
}

export interface ResolverSite {
  /** Scheme and host under which others reach it, without a slash at the end. */
  readonly origin: string;
  /** Whether it has pages for people. */
  readonly hasPages: boolean;
}

/** The links of one thing, each to something that answers. */
export function linkContext(facts: LevelFacts, site: ResolverSite): LinkContext {
  const { identifier, description } = facts;
  const links = linksOf(facts, site);
  // Somebody with a phone gets a page where there is one, else what describes the thing best.
  const defaultLink = links.find(({ type }) => type === 'text/html') ?? links[0];
  if (!defaultLink) throw new RangeError('each kind of thing has links');
  return { anchor: toDigitalLink(identifier, site.origin), description, links, defaultLink };
}

function linksOf({ identifier, hasCertification }: LevelFacts, site: ResolverSite): ResolverLink[] {
  const path = toDigitalLink(identifier, '');
  const target = (linkType: keyof typeof targets): ResolverLink => {
    const { name, title, type } = targets[linkType];
    return { linkType, href: `${site.origin}${targetPath}/${name}${path}`, title, type };
  };
  const page = (linkType: 'pip' | 'locationInfo', title: string): ResolverLink[] =>
    site.hasPages
      ? [{ linkType, href: `${site.origin}${pagePath}${path}`, title, type: 'text/html', hreflang: 'en' }]
      : [];
  const epcis: ResolverLink = {
    linkType: 'epcis',
    href: `${site.origin}${epcisQuery(identifier)}`,
    title: 'EPCIS events',
    type: 'application/ld+json',
  };
  const always = [epcis, ...(hasCertification ? [target('certificationInfo')] : [])];
  switch (identifier.kind) {
    case 'lgtin':
      return [
        ...page('pip', 'About this lot'),
        target('traceability'),
        target('recallStatus'),
        target('masterData'),
        ...always,
      ];
    case 'sgtin':
      return [...page('pip', 'About this item'), target('masterData'), target('recallStatus'), ...always];
    case 'gtin':
      return [...page('pip', 'About this product'), target('masterData'), ...always];
    case 'sscc':
      return [...page('pip', 'About this unit'), target('traceability'), target('recallStatus'), ...always];
    case 'gln':
    case 'sgln':
      return [...page('locationInfo', 'About this place'), target('masterData'), ...always];
  }
}

/** Links to what a gateway answers itself, by the name of the target. */
const targets = {
  traceability: { name: 'traceability', title: 'Where it has been', type: 'application/json' },
  recallStatus: { name: 'recall-status', title: 'Whether it is recalled, as of now', type: 'application/ld+json' },
  masterData: { name: 'master-data', title: 'Master data', type: 'application/ld+json' },
  certificationInfo: { name: 'certification', title: 'Certificates', type: 'application/ld+json' },
} as const satisfies Partial<Record<ResolverLink['linkType'], { name: string; title: string; type: string }>>;

/** The query of EPCIS 2.0 whose answer are the events about a thing (§8.2.7: MATCH_anyEPC, MATCH_anyEPCClass, EQ_bizLocation). */
function epcisQuery(identifier: Resolvable): string {
  const id = encodeURIComponent(canonicalLink(identifier));
  switch (identifier.kind) {
    case 'gtin':
    case 'lgtin':
      return `/epcis/events?MATCH_anyEPCClass=${id}`;
    case 'sgtin':
    case 'sscc':
      return `/epcis/events?MATCH_anyEPC=${id}`;
    case 'gln':
    case 'sgln':
      return `/epcis/events?EQ_bizLocation=${id}`;
  }
}

/** Links of one type: those of the finest level that has any. */
export function linksOfType(
  contexts: readonly LinkContext[],
  type: ResolverLink['linkType'] | 'defaultLink',
): ResolverLink[] {
  if (type === 'defaultLink') return contexts.slice(0, 1).map(({ defaultLink }) => defaultLink);
  const context = contexts.find(({ links }) => links.some(({ linkType }) => linkType === type));
  return context?.links.filter(({ linkType }) => linkType === type) ?? [];
}
