import {
  type Bytes,
  type DeviceSequence,
  generateSigningKey,
  maxReadingBytes,
  type RawPack,
  type SigningKey,
  signReading,
  utf8,
} from '@hopline/protocol';

/**
 * Wrong on purpose, to see that it is noticed. `forged`: signed by another key under the device's name. `equivocation`: a
 * used sequence with other content. `unopened-epoch`: an epoch that no signed message has opened. `clock-ahead`: a time
 * far in the future. `malformed` and `oversized`: no reading at all. `foreign-topic`: another device's topic.
 */
export const misbehaviours = [
  'forged',
  'equivocation',
  'unopened-epoch',
  'clock-ahead',
  'malformed',
  'oversized',
  'foreign-topic',
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

/** What the wrong message is made from. */
export interface MisbehaviourContext {
  readonly device: string;
  readonly channel: string;
  readonly key: SigningKey;
  /** A sequence that has been acknowledged, and one that nothing will use. */
  readonly used: DeviceSequence;
  readonly unused: DeviceSequence;
  readonly nowMs: number;
}

export interface WrongMessage {
  readonly topic: string;
  readonly payload: Bytes;
  readonly sequence: DeviceSequence | null;
}

const hourMs = 3_600_000;
const wrongTemperatureC = -40;

/** Makes a wrong message. */
export async function misbehave(kind: Misbehaviour, context: MisbehaviourContext): Promise<WrongMessage> {
  const { device, channel, key, used, unused, nowMs } = context;
  const topic = `readings/${device}`;
  const signed = async (signer: SigningKey, sequence: DeviceSequence, atMs: number): Promise<WrongMessage> => {
    const payload = await signReading(signer, channel, device, sequence, wrongPack(device, atMs));
    return { topic, payload, sequence };
  };
  switch (kind) {
    case 'forged': {
      const stranger = (await generateSigningKey()).key;
      return signed({ ...stranger, kid: key.kid }, unused, nowMs);
    }
    case 'equivocation':
      return signed(key, used, nowMs);
    case 'unopened-epoch':
      return signed(key, { epoch: unused.epoch + 1000, counter: 0 }, nowMs);
    case 'clock-ahead':
      return signed(key, unused, nowMs + 24 * hourMs);
    case 'malformed':
      return { topic, payload: utf8('neither COSE nor SenML'), sequence: null };
    case 'oversized':
      return { topic, payload: new Uint8Array(maxReadingBytes + 1), sequence: null };
    case 'foreign-topic':
      return { ...(await signed(key, unused, nowMs)), topic: `readings/${device}0` };
  }
}

function wrongPack(device: string, atMs: number): RawPack {
  return [{ bn: `${device}_`, bt: atMs / 1000, n: 'temperature', u: 'Cel', v: wrongTemperatureC }];
}
