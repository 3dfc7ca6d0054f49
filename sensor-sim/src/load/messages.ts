import { createHash } from 'node:crypto';
import { encodeSenmlJson, type SigningKey, signEpochOpening, signingKeyFromSeed, signReading } from '@hopline/protocol';
import { legacyPack, signedPack } from '../fleet/measure.ts';
import { createRandom } from '../random/random.ts';

/** One device of a load run. `password` and `node` as far as the broker needs them. */
export interface LoadDevice {
  readonly device: string;
  /** `null`: unsigned SenML-JSON. */
  readonly key: SigningKey | null;
  readonly password?: string;
  /** MQTT address; devices of one site may have several edge nodes. */
  readonly url: string;
  /** Edge node for the journal. */
  readonly node: string;
}

/** Devices for a broker that asks for no credentials; keys follow from the seed. */
export function madeUpDevices(count: number, seed: number, url: string, signed: boolean): Promise<LoadDevice[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const device = `urn:dev:ops:32473-load-${seed}.${index + 1}`;
      const keySeed = createHash('sha256').update(`hopline load key/${seed}/${index}`).digest();
      const key = signed ? (await signingKeyFromSeed(new Uint8Array(keySeed))).key : null;
      return { device, key, url, node: 'unknown/0' };
    }),
  );
}

export interface LoadMessage {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly counter: number | null;
}

/** Makes a device's messages one after the other. `epoch` must be higher than any that the device used before. */
export function messageMaker(
  device: LoadDevice,
  channel: string,
  epoch: number,
  seed: number,
): { opening(): Promise<Uint8Array<ArrayBuffer> | null>; next(atMs: number): Promise<LoadMessage> } {
  const random = createRandom(seed, 'load', device.device);
  let counter = 0;
  return {
    opening: async () => (device.key ? signEpochOpening(device.key, channel, device.device, epoch) : null),
    async next(atMs) {
      const temperature = { stream: 'temperature' as const, value: 3 + 0.3 * random.normal() };
      if (!device.key) return { payload: encodeSenmlJson(legacyPack(atMs, [temperature])), counter: null };
      const sequence = { epoch, counter: counter++ };
      const pack = signedPack(device.device, atMs, [temperature]);
      const payload = await signReading(device.key, channel, device.device, sequence, pack);
      return { payload, counter: sequence.counter };
    },
  };
}
