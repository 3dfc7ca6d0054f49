import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const maxSitesPerPage = 500;
export const maxDevicesPerSite = 500;

export const sitesQuerySchema = z.object({
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  limit: z.coerce.number().int().min(1).max(maxSitesPerPage).default(maxSitesPerPage),
});

export const sitesSchema = z.object({
  sites: z.array(
    z.object({
      gln: z.string(),
      mspId: z.string(),
      name: z.string(),
      kind: z.string(),
      address: z.string().nullable(),
      position: z.object({ latitudeE7: z.int(), longitudeE7: z.int() }).nullable(),
      /** How many there are; at most `maxDevicesPerSite` of them follow. */
      deviceCount: z.int(),
      devices: z.array(
        z.object({
          device: z.string(),
          kind: z.string(),
          signs: z.boolean(),
          revoked: z.boolean(),
          node: z.string().nullable(),
          calibrationDueMs: z.int().nullable(),
        }),
      ),
      nodes: z.array(
        z.object({
          node: z.string(),
          revoked: z.boolean(),
          head: z.object({ sequence: z.int(), digest: z.string(), sealedAtMs: z.int() }).nullable(),
          batches: z.int(),
          readings: z.int(),
          missingSummaries: z.int(),
          /** Why this gateway last refused an upload of the node for good; since then one was anchored, or `null`. */
          lastRefusal: z
            .object({
              code: z.string(),
              timeMs: z.int(),
              details: z.record(z.string(), z.unknown()),
              resolvedMs: z.int().nullable(),
            })
            .nullable(),
        }),
      ),
      /** What is held there now. */
      holdings: z.int(),
    }),
  ),
  /** Offset of the next page. */
  next: z.int().nullable(),
  ...asOfSchema.shape,
});
export type Sites = z.infer<typeof sitesSchema>;

/** Sites of the network, by name, with their edge nodes and devices, and how far each node's chain is. */
export async function readSites(
  on: Queryable,
  { offset, limit }: z.output<typeof sitesQuerySchema>,
): Promise<Omit<Sites, 'asOf' | 'stale'>> {
  const selected = await on.query<SiteRow>(
    `select gln, msp_id, name, kind, record ->> 'address' as address, record -> 'position' as position,
       (select count(*) from holdings h where h.place = s.gln) as holdings
     from sites s order by name, gln limit $1 offset $2`,
    [limit + 1, offset],
  );
  const sites = selected.slice(0, limit);
  const glns = sites.map(({ gln }) => gln);
  const nodes = await on.query<NodeRow>(
    `select n.node, split_part(n.node, '/', 1) as gln, (n.record ->> 'revoked')::boolean as revoked, h.record as head,
       coalesce(t.batches, 0) as batches, coalesce(t.readings, 0) as readings,
       (select count(*) from missing_summaries m where m.node = n.node) as missing,
       r.code as refusal, r.time_ms as refused_ms, r.details as refusal_details, r.resolved_ms
     from edge_nodes n
     left join state h on h.kind = 'head' and h.key = n.node
     left join upload_refusals r on r.node = n.node
     left join lateral (
       select count(*) as batches, sum(size)::bigint as readings from statements s where s.node = n.node) t on true
     where split_part(n.node, '/', 1) = any($1::text[])
     order by n.node`,
    [glns],
  );
  // A device that travels is shown where it first delivers.
  const devices = await on.query<DeviceRow>(
    `select * from (
       select d.*, row_number() over (partition by gln order by device) as rank, count(*) over (partition by gln) as total
       from (
         select device, record ->> 'kind' as kind, record ->> 'publicKey' is not null as signs,
           (record ->> 'revoked')::boolean as revoked, record -> 'assignments' -> 0 ->> 'node' as node,
           (record -> 'calibration' ->> 'dueMs')::bigint as due_ms,
           coalesce(place, split_part(record -> 'assignments' -> 0 ->> 'node', '/', 1)) as gln
         from devices) d
       where gln = any($1::text[])) ranked
     where rank <= ${maxDevicesPerSite} order by device`,
    [glns],
  );
  const devicesOf = Map.groupBy(devices, (device) => device.gln);
  return {
    sites: sites.map((site) => ({
      gln: site.gln,
      mspId: site.msp_id,
      name: site.name,
      kind: site.kind,
      address: site.address,
      position: site.position,
      holdings: site.holdings,
      nodes: nodes
        .filter((node) => node.gln === site.gln)
        .map(({ node, revoked, head, batches, readings, missing, ...last }) => ({
          node,
          revoked,
          head: head && { sequence: head.sequence, digest: head.digest, sealedAtMs: head.sealedAtMs },
          batches,
          readings: readings ?? 0,
          missingSummaries: missing,
          lastRefusal:
            last.refusal === null || last.refused_ms === null
              ? null
              : {
                  code: last.refusal,
                  timeMs: last.refused_ms,
                  details: last.refusal_details ?? {},
                  resolvedMs: last.resolved_ms,
                },
        })),
      deviceCount: devicesOf.get(site.gln)?.[0]?.total ?? 0,
      devices: (devicesOf.get(site.gln) ?? []).map(({ device, kind, signs, revoked, node, due_ms }) => ({
        device,
        kind,
        signs,
        revoked,
        node,
        calibrationDueMs: due_ms,
      })),
    })),
    next: selected.length > limit ? offset + limit : null,
  };
}

interface SiteRow extends Record<string, unknown> {
  readonly gln: string;
  readonly msp_id: string;
  readonly name: string;
  readonly kind: string;
  readonly address: string | null;
  readonly position: { latitudeE7: number; longitudeE7: number } | null;
  readonly holdings: number;
}

interface NodeRow extends Record<string, unknown> {
  readonly node: string;
  readonly gln: string;
  readonly revoked: boolean;
  readonly head: { sequence: number; digest: string; sealedAtMs: number } | null;
  readonly batches: number;
  readonly readings: number | null;
  readonly missing: number;
  readonly refusal: string | null;
  readonly refused_ms: number | null;
  readonly refusal_details: Record<string, unknown> | null;
  readonly resolved_ms: number | null;
}

interface DeviceRow extends Record<string, unknown> {
  readonly device: string;
  readonly gln: string;
  readonly total: number;
  readonly kind: string;
  readonly signs: boolean;
  readonly revoked: boolean;
  readonly node: string | null;
  readonly due_ms: number | null;
}
