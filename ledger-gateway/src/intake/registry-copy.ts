import {
  type Device,
  deviceRecordSchema,
  deviceSchema,
  maxDevicesPerNode,
  maxRegistryCopyBytes,
  organisationRecordSchema,
  type RegistryCopy,
  revocationRecordSchema,
  revocationSchema,
  type SigningKey,
  signRegistryCopy,
} from '@hopline/protocol';
import type { Clock } from '../clock.ts';
import { GatewayError } from '../gateway-error.ts';
import { readCheckpoint } from '../projection/checkpoint.ts';
import type { Queryable } from '../store/database.ts';
import type { Store } from '../store/store.ts';

/**
 * What a copy holds at most. They stay within what an edge node reads (`registryCopySchema`): a copy that is too large would
 * be refused as a whole, and the node would have none. What is left out is told (`onLeftOut`).
 */
export const copyLimits = {
  maxDevices: maxDevicesPerNode,
  /** Texts of the devices, in JSON. The rest of `maxRegistryCopyBytes` is for revocations, keys and the signature. */
  maxDeviceBytes: maxRegistryCopyBytes - 10 * 1024 * 1024,
  maxRevocations: 100_000,
  maxRevocationBytes: 9 * 1024 * 1024,
  maxGatewayKeys: 1_000,
} as const;
export type CopyLimits = { readonly [K in keyof typeof copyLimits]: number };

/** How many entries of each kind a copy would have had beyond its limits; counted to one more than the limit. */
export interface LeftOut {
  readonly devices: number;
  readonly revocations: number;
  readonly gatewayKeys: number;
}

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
  readonly limits?: CopyLimits;
  /** Told at each issue what the copy leaves out, so that it can be shown; all zero where it is complete. */
  readonly onLeftOut: (node: string, leftOut: LeftOut) => void;
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
  const { channel, mspId, limits = copyLimits } = options;
  const expiresMs = nowMs + options.validityMs;
  const [copy, leftOut] = await store.database.transaction(async (tx): Promise<[RegistryCopy, LeftOut]> => {
    await tx.query('set transaction isolation level repeatable read');
    const [known] = await tx.query<{ msp_id: string }>('select msp_id from edge_nodes where node = $1', [node]);
    if (!known) throw new GatewayError('unknown-node', 'the edge node is not enrolled', { node });
    if (known.msp_id !== mspId) {
      throw new GatewayError('not-permitted', 'the edge node is another organisation’s', { node, owner: known.msp_id });
    }
    const version = await currentVersion(tx);
    const devices = fitting(await devicesOf(tx, node, mspId, limits.maxDevices), {
      most: limits.maxDevices,
      maxBytes: limits.maxDeviceBytes,
    });
    const names = devices.kept.map(({ device }) => device);
    const revocations = fitting(await revocationsOf(tx, node, names, limits.maxRevocations), {
      most: limits.maxRevocations,
      maxBytes: limits.maxRevocationBytes,
    });
    const keys = await gatewayKeys(tx, mspId, limits.maxGatewayKeys);
    const gateways = fitting(keys, { most: limits.maxGatewayKeys, maxBytes: Number.MAX_SAFE_INTEGER });
    return [
      {
        format: 1,
        node,
        ...version,
        issuedMs: nowMs,
        expiresMs,
        devices: devices.kept,
        revocations: revocations.kept,
        gatewayKeys: gateways.kept,
      },
      { devices: devices.leftOut, revocations: revocations.leftOut, gatewayKeys: gateways.leftOut },
    ];
  });
  options.onLeftOut(node, leftOut);
  const bytes = await signRegistryCopy(options.key, channel, mspId, copy);
  return { bytes, etag: etagOf(copy), issuedMs: nowMs, expiresMs };
}

/** The first of the entries that fit both limits, and how many do not. */
function fitting<T>(entries: readonly T[], { most, maxBytes }: { most: number; maxBytes: number }) {
  let bytes = 0;
  const end = entries.findIndex((entry, index) => {
    bytes += Buffer.byteLength(JSON.stringify(entry)) + 1;
    return index >= most || bytes > maxBytes;
  });
  const kept = end < 0 ? [...entries] : entries.slice(0, end);
  return { kept, leftOut: entries.length - kept.length };
}

/**
 * The devices assigned to a node, of the own organisation first. Any organisation may assign its trackers to any node; those
 * that have no password here can't connect, so they are left out, and nobody can fill another's copies. One more than the
 * limit, where there are more.
 */
async function devicesOf(tx: Queryable, node: string, mspId: string, most: number): Promise<RegistryCopy['devices']> {
  const rows = await tx.query<{ record: unknown; password_digest: string | null; expires_ms: number | null }>(
    `select d.record, c.password_digest, c.expires_ms from devices d left join credentials c on c.device = d.device
     where d.record @> $1::jsonb and (d.msp_id = $2 or c.device is not null)
     order by d.msp_id <> $2, d.device limit $3`,
    [JSON.stringify({ assignments: [{ node }] }), mspId, most + 1],
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

/**
 * Revocations that concern a copy: of its devices, of the node's own keys, and of gateways. A device's current key comes
 * first, because an earlier one verifies nothing any more. One more than the limit, where there are more.
 */
async function revocationsOf(
  tx: Queryable,
  node: string,
  devices: readonly string[],
  most: number,
): Promise<RegistryCopy['revocations']> {
  const rows = await tx.query<{ record: unknown }>(
    `select r.record from revocations r
     left join state d on d.kind = 'device' and d.key = r.record ->> 'subject' and d.record ->> 'kid' = r.kid
     where (r.record ->> 'use' = 'device' and r.record ->> 'subject' = any($1::text[]))
       or (r.record ->> 'use' = 'edge-node' and r.record ->> 'subject' = $2)
       or r.record ->> 'use' = 'gateway'
     order by d.key is null, r.record ->> 'use', r.kid limit $3`,
    [devices, node, most + 1],
  );
  return rows.map(({ record }) => {
    const { kid, subject, reason, last } = revocationRecordSchema.parse(record);
    return revocationSchema.parse({ kid, subject, reason, last });
  });
}

/** Keys that head reports are believed by: each organisation's current one, unless it is revoked. The own comes first. */
async function gatewayKeys(tx: Queryable, mspId: string, most: number): Promise<RegistryCopy['gatewayKeys']> {
  const rows = await tx.query<{ record: unknown }>(
    `select o.record from organisations o
     where not exists (
       select 1 from revocations r join state k on k.kind = 'key' and k.key = r.kid
       where r.record ->> 'use' = 'gateway' and k.record ->> 'publicKey' = o.record ->> 'gatewayKey')
     order by o.msp_id <> $1, o.msp_id limit $2`,
    [mspId, most + 1],
  );
  return rows.map(({ record }) => {
    const { mspId, gatewayKey } = organisationRecordSchema.parse(record);
    return { mspId, publicKey: gatewayKey };
  });
}
