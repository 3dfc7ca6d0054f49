import { channelName, type Device, type Rule, type SigningKey, signEnrolment, toBase64Url } from '@hopline/protocol';
import type { GatewayClient, Registration } from './gateway-client.ts';

export interface EnrolmentRequest {
  readonly device: string;
  readonly mspId: string;
  readonly kind: Device['kind'];
  readonly model?: string;
  /** The place whose conditions it measures; `null` for one that travels. */
  readonly place: string | null;
  readonly epc: string | null;
  /** Edge nodes (`{gln}/{n}`) at which it may deliver, from now on. */
  readonly nodes: readonly string[];
  readonly rules: readonly Rule[];
  /** Who signs the proof; `null` for a legacy sensor. */
  readonly key: SigningKey | null;
  readonly channel?: string;
}

const codeExpiresInMs = 10 * 60_000;
/** Readings that the device took before it was enrolled count too, if they are not older than this. */
const backdatedMs = 24 * 3_600_000;

/**
 * Enrols a device: asks the organisation for a one-time code, proves with the device's key that the key is held, and
 * registers both on the ledger. Throws as the gateway client does.
 */
export async function enrolDevice(
  gateway: GatewayClient,
  request: EnrolmentRequest,
  nowMs: number,
): Promise<Registration> {
  const code = await gateway.enrolmentCode(request.device, codeExpiresInMs);
  return gateway.register(deviceOf(request, nowMs), await proofFor(request, code), code);
}

async function proofFor(request: EnrolmentRequest, code: string): Promise<string | null> {
  if (!request.key) return null;
  const proof = await signEnrolment(request.key, request.channel ?? channelName, {
    purpose: 'device',
    subject: request.device,
    mspId: request.mspId,
    code,
  });
  return toBase64Url(proof);
}

function deviceOf(request: EnrolmentRequest, nowMs: number): Device {
  const fromMs = nowMs - backdatedMs;
  return {
    device: request.device,
    mspId: request.mspId,
    publicKey: request.key ? toBase64Url(request.key.publicKey) : null,
    kind: request.kind,
    model: request.model,
    place: request.place,
    epc: request.epc,
    assignments: request.nodes.map((node) => ({ node, fromMs, toMs: null })),
    rules: [...request.rules],
    calibration: null,
    validFromMs: fromMs,
    validToMs: null,
  };
}
