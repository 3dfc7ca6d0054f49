import { deviceSchema, enrolmentCodeDigest } from '@hopline/protocol';
import { z } from 'zod';
import type { Entropy } from '../auth/api-keys.ts';
import { checkEnrolmentCode, useEnrolmentCode } from '../auth/enrolment-codes.ts';
import { newSecret, secretDigest } from '../auth/secret.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Queryable } from '../store/database.ts';
import type { OwnRow } from '../store/own-tables.ts';
import type { Store } from '../store/store.ts';
import { checkProof, type EnrolContext } from './enrol.ts';
import { revisionCounter } from './registry-copy.ts';

/** How long a device's password lives; a registry copy tells the edge node. */
export const passwordLifeMs = 730 * 86_400_000;

export const enrolDeviceSchema = z.strictObject({
  /** base64url; `null` for a legacy device, which can't sign and has no key. */
  proof: z.string().min(1).max(4_096).nullable(),
  /** The one-time code. A proof is bound to it by its digest; for a legacy device it stands alone. */
  code: z.string().min(1).max(200).optional(),
  device: deviceSchema.partial({ mspId: true }),
});

export interface EnrolledDevice {
  readonly device: string;
  readonly password: string;
  readonly expiresMs: number;
  /** MQTT address of the first node that it delivers to, where this gateway knows it. */
  readonly url?: string;
  /** All of them. */
  readonly nodes: readonly { readonly node: string; readonly url: string | null }[];
  readonly transactionId: string;
  readonly block: number;
}

/**
 * Registers a device on the ledger and gives it a password. When this returns, the next copy of the registry that an
 * edge node fetches has both. A crash between the two leaves a device without a password: `renewPassword` makes one.
 */
export async function enrolDevice(
  context: EnrolContext & { readonly edges: Readonly<Record<string, { readonly url: string }>> },
  { proof, code, device }: z.output<typeof enrolDeviceSchema>,
): Promise<EnrolledDevice> {
  if (device.mspId !== undefined && device.mspId !== context.mspId) {
    throw new GatewayError('not-permitted', 'the device is another organisation’s', { mspId: device.mspId });
  }
  const codeDigest = await redeemable(context, device.device, proof, code);
  const { transactionId, block } = await context.submit('registry:EnrolDevice', {
    proof,
    device: { ...device, mspId: context.mspId },
  });
  if (codeDigest !== null) await useEnrolmentCode(context.store, codeDigest, context.entropy().nowMs);
  const secret = await renewPassword(context.store, device.device, context.entropy());
  const nodes = device.assignments.map(({ node }) => ({ node, url: mqttUrl(context.edges, node) }));
  const url = nodes.find((node) => node.url !== null)?.url;
  return { device: device.device, ...secret, ...(url ? { url } : {}), nodes, transactionId, block };
}

/** Digest of the code that this enrolment uses up; `null` for a legacy device that an administrator enrols without one. */
async function redeemable(
  context: EnrolContext,
  subject: string,
  proof: string | null,
  code: string | undefined,
): Promise<string | null> {
  const given = code === undefined ? null : await enrolmentCodeDigest(code);
  if (proof !== null) {
    const enrolment = await checkProof(context, proof, 'device');
    if (enrolment.subject !== subject || (given !== null && given !== enrolment.codeDigest)) {
      throw new GatewayError('forbidden', 'the proof is for another device or code', { subject: enrolment.subject });
    }
    return enrolment.codeDigest;
  }
  if (given !== null) {
    await checkEnrolmentCode(context.store, { digest: given, purpose: 'device', subject }, context.entropy().nowMs);
  }
  return given;
}

/** Gives a device a new password; the old one ends when its edge nodes fetch their next copy. Throws `not-found`. */
export async function renewPassword(
  store: Store,
  device: string,
  { nowMs, randomBytes }: Entropy,
): Promise<{ password: string; expiresMs: number }> {
  const password = newSecret('', randomBytes);
  const digest = await secretDigest(password);
  const expiresMs = nowMs + passwordLifeMs;
  await store.writeOwn(async (tx, put) => {
    const [known] = await tx.query('select 1 from devices where device = $1', [device]);
    if (!known) throw new GatewayError('not-found', 'the device is not registered', { device });
    await put({
      table: 'credentials',
      row: { device, password_digest: digest, created_ms: nowMs, expires_ms: expiresMs },
    });
    await put(await nextRevision(tx));
  });
  return { password, expiresMs };
}

async function nextRevision(tx: Queryable): Promise<OwnRow> {
  const [row] = await tx.query<{ value: number }>('select value from counters where name = $1', [revisionCounter]);
  return { table: 'counters', row: { name: revisionCounter, value: (row?.value ?? 0) + 1 } };
}

/** Address of a node's MQTT broker over WebSocket. */
function mqttUrl(edges: Readonly<Record<string, { readonly url: string }>>, node: string): string | null {
  const edge = Object.hasOwn(edges, node) ? edges[node] : undefined;
  if (!edge) return null;
  const url = new URL(`/sites/${node}/mqtt`, edge.url);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
