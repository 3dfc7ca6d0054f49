import {
  type Assignment,
  type Device as DeviceRecord,
  generateSigningKey,
  type SigningKey,
  signEnrolment,
  toBase64Url,
} from '@hopline/protocol';
import { z } from 'zod';
import type { EdgePart } from '../../infra/start/edges-part.ts';
import { organisations } from '../../infra/story/network.ts';
import { createDevice, createMemoryStore, type Device } from '../../sensor-sim/src/index.ts';
import type { FaultSystem } from './fault-system.ts';

/** An enrolled device, connected to its edge node, whose acknowledgements are in the journal. */
export interface FaultDevice {
  readonly device: Device;
  readonly edge: EdgePart;
  /** `null` for a legacy device. */
  readonly key: SigningKey | null;
  readonly password: string;
}

export interface DeviceWish {
  readonly legacy?: boolean;
  readonly protocolVersion?: 4 | 5;
  /** Where and when it belongs, if not to the edge node it connects to since yesterday. */
  readonly assignment?: Partial<Assignment>;
}

const codeAnswer = z.object({ code: z.string() });
const deviceAnswer = z.object({ password: z.string() });
const dayMs = 86_400_000;
const deliveredWithinMs = 90_000;
let made = 0;

/** Enrols a new device through the gateway of the edge nodes' organisation, and connects it. */
export async function enrolDevice(system: FaultSystem, edge: EdgePart, wish: DeviceWish = {}): Promise<FaultDevice> {
  const { stack, journal } = system;
  const urn = `urn:dev:os:32473-fault-${++made}`;
  const key = wish.legacy ? null : (await generateSigningKey()).key;
  const { channel } = stack.profile;
  const { node } = edge.address;
  const record = recordOf(urn, key, { node, fromMs: Date.now() - dayMs, toMs: null, ...wish.assignment });
  const { code } = await stack.clients.freshHub.post(
    '/api/enrolment-codes',
    { purpose: 'device', subject: urn },
    codeAnswer,
  );
  const { mspId } = organisations.freshHub;
  const proof = key && toBase64Url(await signEnrolment(key, channel, { purpose: 'device', subject: urn, mspId, code }));
  const { password } = await stack.clients.freshHub.post('/api/devices', { code, proof, device: record }, deviceAnswer);
  const device = await createDevice({
    device: urn,
    channel,
    key,
    password,
    protocolVersion: wish.protocolVersion ?? 5,
    urlOf: () => mqttUrl(edge),
    store: createMemoryStore(),
    journal,
    nowMs: Date.now,
    random: system.random,
    backoff: { firstMs: 100, mostMs: 1000 },
  });
  await device.connect(edge.address.node);
  return { device, edge, key, password };
}

export function mqttUrl({ address }: EdgePart): string {
  return `${address.url.replace(/^http/, 'ws')}/sites/${address.node}/mqtt`;
}

/** Records readings; they go out when the device has its edge node. */
export async function record({ device, key }: FaultDevice, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const name = key ? { bn: `${device.urn}_` } : {};
    await device.record([{ ...name, bt: Date.now() / 1000, n: 'temperature', u: 'Cel', v: 4 + n / 1000 }]);
  }
}

/** Waits until all that was recorded is acknowledged. */
export async function delivered({ device }: FaultDevice): Promise<void> {
  if (!(await device.drain(deliveredWithinMs)))
    throw new Error(`${device.pending} readings of ${device.urn} are not acknowledged: ${device.lastFailure}`);
}

/** Records readings and waits until they are acknowledged. */
export async function publish(source: FaultDevice, count: number): Promise<void> {
  await record(source, count);
  await delivered(source);
}

function recordOf(urn: string, key: SigningKey | null, assignment: Assignment): DeviceRecord {
  return {
    device: urn,
    mspId: organisations.freshHub.mspId,
    publicKey: key && toBase64Url(key.publicKey),
    kind: key ? 'probe' : 'legacy',
    place: null,
    epc: null,
    assignments: [assignment],
    rules: [],
    calibration: null,
    validFromMs: assignment.fromMs,
    validToMs: null,
  };
}
