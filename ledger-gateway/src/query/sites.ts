import { z } from 'zod';
import type { Queryable } from '../store/database.ts';
import { asOfSchema } from './freshness.ts';

export const sitesSchema = z.object({
  sites: z.array(
    z.object({
      gln: z.string(),
      mspId: z.string(),
      name: z.string(),
      kind: z.string(),
      address: z.string().nullable(),
      position: z.object({ latitudeE7: z.int(), longitudeE7: z.int() }).nullable(),
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
        }),
      ),
      /** What is held there now. */
      holdings: z.int(),
    }),
  ),
  ...asOfSchema.shape,
});
export type Sites = z.infer<typeof sitesSchema>;

/** All sites of the network with their edge nodes and devices, and how far each node's chain is. */
export async function readSites(on: Queryable): Promise<Omit<Sites, 'asOf' | 'stale'>> {
  const sites = await on.query<SiteRow>(
    `select gln, msp_id, name, kind, record ->> 'address' as address, record -> 'position' as position,
       (select count(*) from holdings h where h.place = s.gln) as holdings
     from sites s order by name, gln`,
  );
  const nodes = await on.query<NodeRow>(
    `select n.node, split_part(n.node, '/', 1) as gln, (n.record ->> 'revoked')::boolean as revoked, h.record as head,
       coalesce(t.batches, 0) as batches, coalesce(t.readings, 0) as readings,
       (select count(*) from missing_summaries m where m.node = n.node) as missing
     from edge_nodes n
     left join state h on h.kind = 'head' and h.key = n.node
     left join (select node, count(*) as batches, sum(size)::bigint as readings from statements group by node) t on t.node = n.node
     order by n.node`,
  );
  const devices = await on.query<DeviceRow>(
    `select device, place, record ->> 'kind' as kind, record ->> 'publicKey' is not null as signs,
       (record ->> 'revoked')::boolean as revoked, record -> 'assignments' -> 0 ->> 'node' as node,
       (record -> 'calibration' ->> 'dueMs')::bigint as due_ms
     from devices order by device`,
  );
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
        .map(({ node, revoked, head, batches, readings, missing }) => ({
          node,
          revoked,
          head: head && { sequence: head.sequence, digest: head.digest, sealedAtMs: head.sealedAtMs },
          batches,
          readings,
          missingSummaries: missing,
        })),
      // A device that travels is shown where it first delivers.
      devices: devices
        .filter((device) => (device.place ?? device.node?.split('/')[0]) === site.gln)
        .map(({ device, kind, signs, revoked, node, due_ms }) => ({
          device,
          kind,
          signs,
          revoked,
          node,
          calibrationDueMs: due_ms,
        })),
    })),
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
  readonly readings: number;
  readonly missing: number;
}

interface DeviceRow extends Record<string, unknown> {
  readonly device: string;
  readonly place: string | null;
  readonly kind: string;
  readonly signs: boolean;
  readonly revoked: boolean;
  readonly node: string | null;
  readonly due_ms: number | null;
}
