import { createHash } from 'node:crypto';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';
import type { FieldName } from './fields.ts';
import { type Mapping, mappingSchema } from './mapping.ts';
import type { RememberedMapping } from './propose-mapping.ts';
import { sheetLimits } from './sheet-limits.ts';
import { type StepName, stepNames } from './steps.ts';

/** One transaction of a capture; without a transaction it is still to do. */
export const partStateSchema = z.object({
  name: z.string(),
  rows: z.array(z.int()),
  events: z.int(),
  /** Events that were on the ledger before. */
  known: z.int(),
  transactionIds: z.array(z.string()),
  block: z.int().nullable(),
  /** What the chaincode remarked on the events, each once. */
  flags: z.array(z.string()),
  done: z.boolean(),
});
export type PartState = z.infer<typeof partStateSchema>;

export const uploadStateSchema = z.enum(['open', 'capturing', 'captured']);

/** An upload as it is kept. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the file, base64url. */
  readonly digest: string;
  readonly mapping: Mapping | null;
  readonly state: z.infer<typeof uploadStateSchema>;
  readonly parts: readonly PartState[];
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly capturedMs: number | null;
}

const columns = `id, name, digest, mapping, state, parts, created_ms as "createdMs", expires_ms as "expiresMs",
  captured_ms as "capturedMs"`;
const rowSchema = z.object({
  id: z.string(),
  name: z.string(),
  digest: z.string(),
  mapping: mappingSchema.nullable(),
  state: uploadStateSchema,
  parts: z.array(partStateSchema),
  createdMs: z.number(),
  expiresMs: z.number(),
  capturedMs: z.number().nullable(),
});

/**
 * Keeps a file. It survives the end of this process; after a power loss it may have to be uploaded again, because files
 * would make the journal grow without bound, and what it says of the capture survives.
 * @throws GatewayError `conflict` beyond `maxOpenUploads`
 */
export async function keepUpload(
  store: Store,
  { id, name, bytes, nowMs }: { id: string; name: string; bytes: Uint8Array; nowMs: number },
): Promise<Upload> {
  return store.writeOwn(async (tx, put) => {
    await removeExpired(tx, nowMs);
    const [open] = await tx.query<{ count: number }>(
      "select count(*) as count from sheet_states where state <> 'captured'",
    );
    if ((open?.count ?? 0) >= sheetLimits.maxOpenUploads) {
      throw new GatewayError('conflict', 'too many uploads are open: capture or delete some first', {
        maxOpenUploads: sheetLimits.maxOpenUploads,
      });
    }
    const upload: Upload = {
      id,
      name,
      digest: createHash('sha256').update(bytes).digest('base64url'),
      mapping: null,
      state: 'open',
      parts: [],
      createdMs: nowMs,
      expiresMs: nowMs + sheetLimits.uploadKeptMs,
      capturedMs: null,
    };
    await tx.query('insert into sheet_uploads (id, bytes) values ($1, $2)', [id, bytes]);
    await put({ table: 'sheet_states', row: rowOf(upload) });
    return upload;
  });
}

/** Writes what has changed of an upload. */
export async function putUpload(store: Store, upload: Upload): Promise<void> {
  await store.writeOwn((_, put) => put({ table: 'sheet_states', row: rowOf(upload) }));
}

/** An upload that has not expired. Throws GatewayError `not-found`. */
export async function uploadOf(on: Queryable, id: string, nowMs: number): Promise<Upload> {
  const [row] = await on.query(`select ${columns} from sheet_states where id = $1 and expires_ms > $2`, [id, nowMs]);
  if (!row) throw new GatewayError('not-found', 'there is no such upload: it may have expired', { id });
  return rowSchema.parse(row);
}

/** The file of an upload. Throws GatewayError `not-found` where it is no longer kept. */
export async function bytesOf(on: Queryable, id: string): Promise<Uint8Array> {
  const [row] = await on.query<{ bytes: Uint8Array }>('select bytes from sheet_uploads where id = $1', [id]);
  if (!row) throw new GatewayError('not-found', 'the file is no longer kept: upload it again', { id });
  return row.bytes;
}

/** Uploads that have not expired, the latest first. */
export async function listUploads(on: Queryable, nowMs: number, limit: number): Promise<Upload[]> {
  const rows = await on.query(
    `select ${columns} from sheet_states where expires_ms > $1 order by created_ms desc, id limit $2`,
    [nowMs, limit],
  );
  return rows.map((row) => rowSchema.parse(row));
}

/** Captures of the same file, the latest first. */
export async function capturesOf(on: Queryable, digest: string, nowMs: number): Promise<Upload[]> {
  const rows = await on.query(
    `select ${columns} from sheet_states where digest = $1 and state = 'captured' and expires_ms > $2
     order by captured_ms desc limit 20`,
    [digest, nowMs],
  );
  return rows.map((row) => rowSchema.parse(row));
}

/** Removes an upload. The journal is not told: after a power loss it comes back, and expires. */
export async function deleteUpload(store: Store, id: string): Promise<void> {
  await store.writeOwn(async (tx) => {
    await tx.query('delete from sheet_uploads where id = $1', [id]);
    await tx.query('delete from sheet_states where id = $1', [id]);
  });
}

/** Remembers how the columns of a sheet were mapped; the oldest beyond `maxRememberedMappings` are forgotten. */
export async function rememberMapping(
  store: Store,
  { signature, step, mapping, nowMs }: { signature: string; step: StepName; mapping: RememberedMapping; nowMs: number },
): Promise<void> {
  await store.writeOwn(async (tx, put) => {
    await put({ table: 'sheet_mappings', row: { signature, step, mapping, used_ms: nowMs } });
    await tx.query(
      `delete from sheet_mappings where (signature, step) in
         (select signature, step from sheet_mappings order by used_ms desc, signature offset $1)`,
      [sheetLimits.maxRememberedMappings],
    );
  });
}

const rememberedSchema = z.object({
  columns: z.record(z.string(), z.string()),
  settings: mappingSchema.pick({ constants: true, dateFormat: true, timeZone: true, decimal: true, units: true }),
});
const stepSchema = z.enum(stepNames);

/** How sheets with the same columns were mapped, the latest first. */
export async function rememberedMappings(
  on: Queryable,
  signature: string,
): Promise<ReadonlyArray<{ step: StepName; mapping: RememberedMapping }>> {
  const rows = await on.query<{ step: string; mapping: unknown }>(
    'select step, mapping from sheet_mappings where signature = $1 order by used_ms desc',
    [signature],
  );
  return rows.map(({ step, mapping }) => ({ step: stepSchema.parse(step), mapping: rememberedSchema.parse(mapping) }));
}

/** The field that each column's name was last mapped to for a step, by other sheets. */
export async function fieldsByColumnName(on: Queryable, step: StepName): Promise<Map<string, FieldName>> {
  const rows = await on.query<{ mapping: unknown }>(
    'select mapping from sheet_mappings where step = $1 order by used_ms limit 100',
    [step],
  );
  return new Map(
    rows.flatMap(({ mapping }) =>
      Object.entries(rememberedSchema.parse(mapping).columns).map(([field, name]): [string, FieldName] => [
        name,
        field as FieldName,
      ]),
    ),
  );
}

async function removeExpired(tx: Queryable, nowMs: number): Promise<void> {
  await tx.query('delete from sheet_states where expires_ms <= $1', [nowMs]);
  await tx.query(
    `delete from sheet_uploads u where not exists (select 1 from sheet_states s where s.id = u.id)
       or exists (select 1 from sheet_states s where s.id = u.id and s.state = 'captured')`,
  );
}

function rowOf({ id, name, digest, mapping, state, parts, createdMs, expiresMs, capturedMs }: Upload) {
  return {
    id,
    name,
    digest,
    sheet: mapping?.sheet ?? null,
    step: mapping?.step ?? null,
    mapping,
    state,
    parts,
    created_ms: createdMs,
    expires_ms: expiresMs,
    captured_ms: capturedMs,
  };
}
