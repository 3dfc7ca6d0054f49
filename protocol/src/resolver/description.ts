import { gs1Vocabulary } from './link-types.ts';
import { linksetContext } from './linkset.ts';
import { resolvedKeys } from './resolvable.ts';

/** Where a resolver describes itself (RFC 8615; GS1-Conformant Resolver). */
export const descriptionPath = '/.well-known/gs1resolver';

/**
 * What a resolver says of itself, by the standard's schema of the resolver description file
 * (https://ref.gs1.org/standards/resolver/1.2.0/description-file-schema).
 *
 * @param origin scheme and host, without a slash at the end
 */
export function resolverDescription(name: string, origin: string) {
  return {
    name,
    resolverRoot: origin,
    supportedPrimaryKeys: [...resolvedKeys],
    supportedLinkType: [{ namespace: gs1Vocabulary, prefix: 'gs1:' }],
    linkTypeDefaultCanBeLinkset: false,
    contact: { fn: name },
    jsonLdContextLocation: linksetContext,
  };
}
