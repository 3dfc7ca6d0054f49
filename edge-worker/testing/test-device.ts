import {
  encodeSenmlJson,
  type RawPack,
  type SigningKey,
  signEpochOpening,
  signReading,
  toBase64Url,
} from '@hopline/protocol';
import { keyOf, publicKeyText, secretDigest } from './keys.ts';
import type { DeviceEntry } from './test-peer.ts';

const channel = 'provenance';

/** A device of the tests: its registry entry, its credentials, and its readings in their sequence. */
export class TestDevice {
  readonly urn: string;
  readonly password: string;
  readonly entry: DeviceEntry;
  readonly key: SigningKey;
  epoch = 1;
  counter = 0;

  private constructor(urn: string, password: string, key: SigningKey, entry: DeviceEntry) {
    this.urn = urn;
    this.password = password;
    this.key = key;
    this.entry = entry;
  }

  static async make(name: string, node: string, more: Partial<DeviceEntry> = {}): Promise<TestDevice> {
    const urn = `urn:dev:os:32473-${name}`;
    const key = await keyOf(name);
    const password = `password-of-${name}-0123456789`;
    const entry: DeviceEntry = {
      device: urn,
      mspId: 'FreshHubMSP',
      publicKey: publicKeyText(key),
      kind: 'probe',
      place: node.slice(0, 13),
      epc: null,
      assignments: [{ node, fromMs: 0, toMs: null }],
      rules: [],
      calibration: null,
      validFromMs: 0,
      validToMs: null,
      credential: { passwordDigest: await secretDigest(password), expiresMs: 4_000_000_000_000 },
      ...more,
    };
    return new TestDevice(urn, password, key, entry);
  }

  get topic(): string {
    return `readings/${this.urn}`;
  }

  get kid(): string {
    return toBase64Url(this.key.kid);
  }

  /** The next reading of the sequence: one temperature. */
  reading(celsius = 4, atMs = Date.now()): Promise<Uint8Array> {
    this.counter++;
    return this.sign(this.counter, celsius, atMs);
  }

  sign(counter: number, celsius: number, atMs = Date.now(), epoch = this.epoch): Promise<Uint8Array> {
    return signReading(this.key, channel, this.urn, { epoch, counter }, this.pack(celsius, atMs));
  }

  openEpoch(epoch: number): Promise<Uint8Array> {
    this.epoch = epoch;
    this.counter = 0;
    return signEpochOpening(this.key, channel, this.urn, epoch);
  }

  pack(celsius: number, atMs: number): RawPack {
    return [{ bn: `${this.urn}:`, bt: atMs / 1000, n: 'temperature', u: 'Cel', v: celsius }];
  }

  /** What a legacy sensor sends. */
  legacy(celsius: number): Uint8Array {
    return encodeSenmlJson([{ n: 'temperature', u: 'Cel', v: celsius }]);
  }
}
