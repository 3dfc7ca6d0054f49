import * as z from 'zod/mini';
import { request } from './request.ts';

const targetSchema = z.object({ href: z.string(), title: z.string(), type: z.optional(z.string()) });
const linksetSchema = z.object({ linkset: z.array(z.record(z.string(), z.unknown())) });

/** A way on from a thing, by its type in the GS1 Web Vocabulary. */
export interface ThingLink {
  readonly linkType: string;
  readonly href: string;
  readonly title: string;
  /** Media type of what is there. */
  readonly type: string | null;
}

/** Links of the finest level that is known of what a Digital Link names. Throws ApiError, `not-found` where none is. */
export async function fetchLinks(linkPath: string, signal: AbortSignal): Promise<ThingLink[]> {
  const { linkset } = await request(`${linkPath}?linkType=linkset`, linksetSchema, { signal });
  return Object.entries(linkset[0] ?? {}).flatMap(([relation, targets]) => {
    const linkType = relation.split('/').at(-1) ?? '';
    const parsed = z.array(targetSchema).safeParse(targets);
    if (!parsed.success || linkType === 'defaultLink') return [];
    return parsed.data.map(({ href, title, type }) => ({ linkType, href, title, type: type ?? null }));
  });
}

const masterDataSchema = z.record(z.string(), z.unknown());

/** Master data in the GS1 Web Vocabulary, by its terms: as much as this caller may see. Throws ApiError. */
export function fetchMasterData(linkPath: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  return request(`/api/digital-link/master-data${linkPath}`, masterDataSchema, { signal });
}
