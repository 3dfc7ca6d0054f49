export { descriptionPath, resolverDescription } from './description.ts';
export { certificationJsonLd, type JsonLd, placeJsonLd, productJsonLd } from './json-ld.ts';
export {
  type AskedLinkType,
  askedLinkType,
  gs1Vocabulary,
  type LinkType,
  linkTypeUri,
  type ServedLinkType,
  servedLinkTypes,
} from './link-types.ts';
export {
  contextHeader,
  type LinkContext,
  type Linkset,
  type LinkTarget,
  linksetContext,
  linksetHeader,
  linksetMediaType,
  type ResolverLink,
  toLinkset,
  toLinksetLd,
} from './linkset.ts';
export { preferredType } from './preferred-type.ts';
export { redirectTarget } from './redirect-target.ts';
export { isResolverPath, levelsOf, parseResolvable, type Resolvable, resolvedKeys } from './resolvable.ts';
export {
  type LevelFacts,
  linkContext,
  linksOfType,
  pagePath,
  type ResolverSite,
  targetPath,
} from './resolver-links.ts';
