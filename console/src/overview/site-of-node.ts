import type { Site } from '../api/sites.ts';

/** The site of an edge node `{gln}/{n}`. */
export function siteOfNode(sites: readonly Site[], node: string): Site | undefined {
  const [gln] = node.split('/');
  return sites.find((site) => site.gln === gln);
}
