import { canonicalLink } from '@hopline/protocol/gs1';
import type { Resolvable } from '@hopline/protocol/resolver';
import type { Queryable } from '../store/database.ts';
import { resolverLimits } from './limits.ts';

/** A certificate that events about a thing name, with the events that do. */
export interface NamedCertificate {
  readonly uri: string;
  readonly events: readonly { readonly event: string; readonly transactionId: string; readonly block: number }[];
}

/** The certificates that events about a thing name (`certificationInfo` of EPCIS 2.0), by their addresses. */
export async function readCertificates(on: Queryable, identifier: Resolvable): Promise<NamedCertificate[]> {
  const rows = await on.query<{ uri: string; event: string; transaction_id: string; block: number }>(
    `select distinct c.uri, e.event, e.transaction_id, e.block
     from event_items i join events e on e.event = i.event and e.declaration = i.declaration
       cross join jsonb_array_elements_text(coalesce(e.document -> 'certifications', '[]')) as c (uri)
     where i.item = $1 order by c.uri, e.block, e.event limit $2`,
    [canonicalLink(identifier), resolverLimits.maxCertificates],
  );
  const byUri = Map.groupBy(rows, ({ uri }) => uri);
  return [...byUri].map(([uri, named]) => ({
    uri,
    events: named.map(({ event, transaction_id, block }) => ({ event, transactionId: transaction_id, block })),
  }));
}
