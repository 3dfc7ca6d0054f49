import { setTimeout as sleep } from 'node:timers/promises';
import { type Device, signEnrolment, toBase64Url } from '@hopline/protocol';
import { z } from 'zod';
import type { Stack } from '../../infra/start/stack.ts';
import { coldChain, organisations } from '../../infra/story/network.ts';
import { type LoadDevice, madeUpDevices } from '../../sensor-sim/src/load/messages.ts';
import { runLoad } from '../../sensor-sim/src/load/run-load.ts';

const codeAnswer = z.object({ code: z.string() });
const deviceAnswer = z.object({ password: z.string() });
const knownWithinMs = 30_000;
const enrolmentsAtOnce = 8;

/** Enrols `count` signing devices, spread evenly over the nodes, each with a rule as real ones have. */
export async function enrolDevices(stack: Stack, count: number): Promise<LoadDevice[]> {
  const made = await madeUpDevices(count, 1, '', true);
  const enrolled: LoadDevice[] = [];
  const waiting = [...made.entries()];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, device] = next;
      const edge = stack.edges[index % stack.edges.length];
      if (!edge) throw new Error('the system has no edge node');
      const { node, url } = edge.address;
      const password = await enrol(stack, device, node);
      enrolled[index] = { ...device, password, node, url: `${url.replace(/^http/, 'ws')}/sites/${node}/mqtt` };
    }
  };
  await Promise.all(Array.from({ length: enrolmentsAtOnce }, worker));
  await untilKnown(enrolled);
  return enrolled;
}

async function enrol({ clients }: Stack, { device, key }: LoadDevice, node: string): Promise<string> {
  if (!key) throw new Error('a device that signs needs a key');
  const { mspId } = organisations.freshHub;
  const code = await clients.freshHub.post('/api/enrolment-codes', { purpose: 'device', subject: device }, codeAnswer);
  const proof = await signEnrolment(key, 'provenance', { purpose: 'device', subject: device, mspId, ...code });
  const record: Device = {
    device,
    mspId,
    publicKey: toBase64Url(key.publicKey),
    kind: 'probe',
    place: node.slice(0, node.indexOf('/')),
    epc: null,
    assignments: [{ node, fromMs: 0, toMs: null }],
    rules: [coldChain],
    calibration: null,
    validFromMs: 0,
    validToMs: null,
  };
  const body = { ...code, proof: toBase64Url(proof), device: record };
  return (await clients.freshHub.post('/api/devices', body, deviceAnswer)).password;
}

/** Until the nodes have a copy of the registry that names all devices. Each sends a first message. */
async function untilKnown(devices: readonly LoadDevice[]): Promise<void> {
  for (const deadline = Date.now() + knownWithinMs; ; ) {
    try {
      const messages = devices.length;
      await runLoad({ devices, messages, inFlight: 1, preSign: true, protocolVersion: 4, seed: 1, nowMs: Date.now });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      // The next attempt opens an epoch of its own, and epochs are whole seconds.
      await sleep(1000);
    }
  }
}
