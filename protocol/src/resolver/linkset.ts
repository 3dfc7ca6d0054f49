import { type LinkType, linkTypeUri } from './link-types.ts';

export const linksetMediaType = 'application/linkset+json';
/** JSON-LD context by which a linkset is RDF (GS1-Conformant Resolver 1.2.0, artefacts). */
export const linksetContext = 'https://ref.gs1.org/standards/resolver/linkset-context';

/** One way on from a thing: where to, what for, and in which form it is there. */
export interface ResolverLink {
  readonly linkType: Exclude<LinkType, 'defaultLink'>;
  readonly href: string;
  readonly title: string;
  readonly type: string;
  /** Language of what is there, where people read it (RFC 5646). */
  readonly hreflang?: string;
}

/** A thing with its links: itself, or what it is one of. */
export interface LinkContext {
  /** Its Digital Link. */
  readonly anchor: string;
  readonly description: string | null;
  readonly links: readonly ResolverLink[];
  /** Where somebody gets who asks for nothing in particular; it is one of `links`. */
  readonly defaultLink: ResolverLink;
}

/** A target attribute list (RFC 9264 §4.2.3). */
export interface LinkTarget {
  readonly href: string;
  readonly title: string;
  readonly type?: string;
  readonly hreflang?: readonly string[];
}

/** A set of links in JSON (RFC 9264 §4.2): one object for each thing, its relation types as members. */
export interface Linkset {
  readonly linkset: readonly ({ readonly anchor: string; readonly description?: string } & {
    readonly [relation: string]: readonly LinkTarget[] | string | undefined;
  })[];
}

/**
 * The linkset of a thing and of what it is one of, from the finest to the coarsest (GS1-Conformant Resolver: links of
 * each level up to the primary key are in it). The default link has no optional attributes, and is there once more by the
 * type that describes it.
 */
export function toLinkset(contexts: readonly LinkContext[]): Linkset {
  return {
    linkset: contexts.map(({ anchor, description, links, defaultLink }) => ({
      anchor,
      ...(description !== null && { description }),
      [linkTypeUri('defaultLink')]: [{ href: defaultLink.href, title: defaultLink.title }],
      ...Object.fromEntries([...groupByType(links)].map(([type, targets]) => [linkTypeUri(type), targets])),
    })),
  };
}

function groupByType(links: readonly ResolverLink[]): Map<LinkType, LinkTarget[]> {
  const groups = new Map<LinkType, LinkTarget[]>();
  for (const { linkType, href, title, type, hreflang } of links) {
    const group = groups.get(linkType) ?? [];
    group.push({ href, title, type, ...(hreflang !== undefined && { hreflang: [hreflang] }) });
    groups.set(linkType, group);
  }
  return groups;
}

/** The same set as JSON-LD: with the context in it (GS1-Conformant Resolver 1.2, section 2.10). */
export function toLinksetLd(contexts: readonly LinkContext[]): Linkset & { readonly '@context': string } {
  return { '@context': linksetContext, ...toLinkset(contexts) };
}

/** The `Link` header (RFC 8288) that every answer about a thing has: where its linkset is. */
export function linksetHeader(anchor: string): string {
  return `<${anchor}?linkType=linkset>; rel="linkset"; type="${linksetMediaType}"; title="All links of this identifier"`;
}

/** The `Link` header of a linkset itself: its JSON-LD context (JSON-LD 1.1 §6.1). */
export function contextHeader(): string {
  return `<${linksetContext}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"`;
}
