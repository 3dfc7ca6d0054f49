import { type Device, signEnrolment, toBase64Url } from '@hopline/protocol';
import { z } from 'zod';
import { deviceRecord, type FleetPlan, keyOf } from '../../sensor-sim/src/index.ts';
import { organisations } from '../story/network.ts';
import type { ApiClient } from './gateway-client.ts';
import { readJsonFile, writeJsonFile } from './secrets-file.ts';

const passwordsSchema = z.record(z.string(), z.string());
const codeAnswer = z.object({ code: z.string() });
const deviceAnswer = z.object({ password: z.string() });

/** Enrolments under way at once: enough to fill blocks, few enough for a laptop. */
const enrolmentsAtOnce = 8;

/**
 * Enrols the devices of a fleet that are not enrolled yet and returns the MQTT passwords of all. Each password is on disk
 * before the next device is enrolled, so that a start that was cut off goes on where it was.
 */
export async function enrolFleet(
  gateway: ApiClient,
  plan: FleetPlan,
  passwordFile: string,
  onProgress: (done: number, total: number) => void,
): Promise<ReadonlyMap<string, string>> {
  const passwords = new Map(Object.entries((await readJsonFile(passwordFile, passwordsSchema)) ?? {}));
  const waiting = plan.devices.filter(({ device }) => !passwords.has(device));
  let writing = Promise.resolve();
  let done = passwords.size;
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const key = await keyOf(next);
      const { mspId } = organisations.freshHub;
      const record = deviceRecord(next, mspId, key && toBase64Url(key.publicKey));
      passwords.set(next.device, await enrolDevice(gateway, plan.channel, record, key));
      writing = writing.then(() => writeJsonFile(passwordFile, Object.fromEntries(passwords)));
      await writing;
      onProgress(++done, plan.devices.length);
    }
  };
  await Promise.all(Array.from({ length: enrolmentsAtOnce }, worker));
  return passwords;
}

async function enrolDevice(
  gateway: ApiClient,
  channel: string,
  device: Device,
  key: Awaited<ReturnType<typeof keyOf>>,
): Promise<string> {
  const { code } = await gateway.post(
    '/api/enrolment-codes',
    { purpose: 'device', subject: device.device },
    codeAnswer,
  );
  const proof =
    key &&
    (await signEnrolment(key, channel, { purpose: 'device', subject: device.device, mspId: device.mspId, code }));
  const body = { code, proof: proof && toBase64Url(proof), device };
  return (await gateway.post('/api/devices', body, deviceAnswer)).password;
}
