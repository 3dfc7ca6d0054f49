import {
  type Device,
  deviceRecordSchema,
  deviceSchema,
  organisationRecordSchema,
  type RegistryCopy,
  revocationRecordSchema,
  revocationSchema,
  type SigningKey,
  signRegistryCopy,
} from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import { readCheckpoint } from '../projection/apply-block.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/** Name of the counter that grows with every change of a credential. */
export const revisionCounter = 'registry-revision';

export interface IssuedCopy {
  readonly bytes: Uint8Array;
  /** `"{version}.{revision}"`, with its quotes. */
  readonly etag: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
}

export interface CopyOptions {
  readonly channel: string;
  readonly mspId: string;
  readonly key: SigningKey;
  readonly validityMs: number;
}

/**
 * Issues copies of the registry for edge nodes, and remembers the last of each node: a node that has it needs no other
 * until half of its validity is gone or something has changed.
 */
export class RegistryCopies {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #options: CopyOptions;
  readonly #last = new Map<string, IssuedCopy>();

  constructor(store: Store, clock: Clock, options: CopyOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#options = options;
  }

  /** The copy for a node; `null` where the node has a current one already, by the ETag that it shows. */
  async forNode(node: string, ifNoneMatch: string | undefined): Promise<IssuedCopy | null> {
    const nowMs = this.#clock.now();
    const last = this.#last.get(node);
    const etag = etagOf(await currentVersion(this.#store));
    const lastIsFresh = last?.etag === etag && last.expiresMs - nowMs > this.#options.validityMs / 2;
    if (last && lastIsFresh) return ifNoneMatch === etag ? null : last;
    const issued = await issueCopy(this.#store, node, this.#options, nowMs);
    this.#last.set(node, issued);
    return issued;
  }
}

interface Version {
  readonly version: number;
  readonly revision: number;
}

/** Version: the ledger's height after the last block that changed the registry. Revision: how often credentials changed. */
async function currentVersion(on: Queryable): Promise<Version> {
  const [counter] = await on.query<{ value: number }>('select value from counters where name = $1', [revisionCounter]);
  return { version: (await readCheckpoint(on)).registryHeight, revision: counter?.value ?? 0 };
}

function etagOf({ version, revision }: Version): string {
  return `"${version}.${revision}"`;
}

/** Everything is read in one transaction, so that a copy is of one height. */
async function issueCopy(store: Store, node: string, options: CopyOptions, nowMs: number): Promise<IssuedCopy> {
  const expiresMs = nowMs + options.validityMs;
  const copy = await store.database.transaction(async (tx): Promise<RegistryCopy> => {
    await tx.query('set transaction isolation level repeatable read');
    const [known] = await tx.query<{ msp_id: string }>('select msp_id from edge_nodes where node = $1', [node]);
    if (!known) throw new GatewayError('unknown-node', 'the edge node is not enrolled', { node });
    if (known.msp_id !== options.mspId) {
      throw new GatewayError('not-permitted', 'the edge node is another organisation’s', { node, owner: known.msp_id });
    }
    const version = await currentVersion(tx);
    return {
      format: 1,
      node,
      ...version,
      issuedMs: nowMs,
      expiresMs,
      devices: await devicesOf(tx, node),
      revocations: await revocations(tx),
      gatewayKeys: await gatewayKeys(tx),
    };
  });
  const bytes = await signRegistryCopy(options.key, options.channel, options.mspId, copy);
  return { bytes, etag: etagOf(copy), issuedMs: nowMs, expiresMs };
}

async function devicesOf(tx: Queryable, node: string): Promise<RegistryCopy['devices']> {
  const rows = await tx.query<{ record: unknown; password_digest: string | null; expires_ms: number | null }>(
    `select d.record, c.password_digest, c.expires_ms from devices d left join credentials c on c.device = d.device
     where d.record @> $1::jsonb order by d.device`,
    [JSON.stringify({ assignments: [{ node }] })],
  );
  return rows.map(({ record, password_digest, expires_ms }) => ({
    ...deviceOf(record),
    credential:
      password_digest === null || expires_ms === null
        ? null
        : { passwordDigest: password_digest, expiresMs: expires_ms },
  }));
}

/** The record without what the ledger adds to it. */
function deviceOf(record: unknown): Device {
  const {
    schema: _schema,
    kid: _kid,
    enrolledAtMs: _enrolledAtMs,
    revoked: _revoked,
    ...device
  } = deviceRecordSchema.parse(record);
  return deviceSchema.parse(device);
}

async function revocations(tx: Queryable): Promise<RegistryCopy['revocations']> {
  const rows = await tx.query<{ record: unknown }>('select record from revocations order by kid');
  return rows.map(({ record }) => {
    const { kid, subject, reason, last } = revocationRecordSchema.parse(record);
    return revocationSchema.parse({ kid, subject, reason, last });
  });
}

async function gatewayKeys(tx: Queryable): Promise<RegistryCopy['gatewayKeys']> {
  const rows = await tx.query<{ record: unknown }>('select record from organisations order by msp_id');
  return rows.map(({ record }) => {
    const { mspId, gatewayKey } = organisationRecordSchema.parse(record);
    return { mspId, publicKey: gatewayKey };
  });
}
