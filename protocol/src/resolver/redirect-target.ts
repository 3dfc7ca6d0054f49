import type { ResolverLink } from './linkset.ts';

/** Keywords of the resolver itself, not of what it leads to (GS1 Digital Link URI Syntax, section 4.10.1). */
const ownParameters = new Set(['linkType', 'context']);

/**
 * Where a redirect leads: the link's address, with the query of the request passed on (GS1-Conformant Resolver, section
 * 2.12). Queries of EPCIS know no parameters but their own and answer others with an error, so these get none.
 *
 * @param query of the request, with or without `?`
 */
export function redirectTarget(link: ResolverLink, query: string): string {
  if (link.linkType === 'epcis') return link.href;
  const passed = query
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '' && !ownParameters.has(pair.split('=', 1)[0] ?? ''));
  if (passed.length === 0) return link.href;
  return `${link.href}${link.href.includes('?') ? '&' : '?'}${passed.join('&')}`;
}
