/** Namespace of the GS1 Web Vocabulary, in which link types live. */
export const gs1Vocabulary = 'https://ref.gs1.org/voc/';

/** Other ways in which the same namespace is written: the prefix, and what older documents have. */
const vocabularyForms = [
  'gs1:',
  gs1Vocabulary,
  'http://gs1.org/voc/',
  'https://gs1.org/voc/',
  'https://www.gs1.org/voc/',
];

/** Link types of the GS1 Web Vocabulary (1.16) that lead to something here. */
export const servedLinkTypes = [
  'pip',
  'locationInfo',
  'traceability',
  'epcis',
  'recallStatus',
  'certificationInfo',
  'masterData',
] as const;
export type ServedLinkType = (typeof servedLinkTypes)[number];
export type LinkType = ServedLinkType | 'defaultLink';

/** What `linkType` in a query asks for. */
export type AskedLinkType =
  | { readonly kind: 'linkset' }
  | { readonly kind: 'type'; readonly type: LinkType }
  | { readonly kind: 'unserved'; readonly text: string };

/**
 * Reads the `linkType` of a request: `linkset` (or `all`, its name before version 1.0 of the GS1-Conformant Resolver
 * standard), or a link type as CURIE or URI. A type that leads to nothing here is `unserved`: the standard's answer is 404.
 */
export function askedLinkType(text: string): AskedLinkType {
  if (text === 'linkset' || text === 'all') return { kind: 'linkset' };
  const form = vocabularyForms.find((prefix) => text.startsWith(prefix));
  const name = form === undefined ? undefined : text.slice(form.length);
  if (name === 'defaultLink') return { kind: 'type', type: name };
  const type = servedLinkTypes.find((served) => served === name);
  return type === undefined ? { kind: 'unserved', text } : { kind: 'type', type };
}

/** A link type as the URI that stands in linksets. */
export function linkTypeUri(type: LinkType): string {
  return gs1Vocabulary + type;
}
