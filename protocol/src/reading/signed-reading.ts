import type { Bytes } from '../bytes.ts';
import type { PublicKey } from '../cose/ed25519.ts';
import { parseSign1, type Sign1, signSign1, typ, verifySign1 } from '../cose/sign1.ts';
import type { SigningKey } from '../cose/signing-key.ts';
import { ProtocolError } from '../error.ts';
import { encodeSenmlCbor } from '../senml/encode.ts';
import { parseSenmlCbor, parseSenmlJson } from '../senml/parse.ts';
import type { RawPack, SenmlRecord } from '../senml/record.ts';
import { resolvePack } from '../senml/resolve.ts';
import { streamOf } from './device-urn.ts';
import { type DeviceSequence, decodeSequence, encodeSequence } from './sequence.ts';

/** CoAP content format of `application/senml+cbor` (RFC 8428 §12.3.1). */
const senmlCborFormat = 112;

export const maxReadingBytes = 64 * 1024;

/** Summaries hold thousandths of the unit as exact integers: a value further from 0 has no place there. */
export const maxAbsoluteValue = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/** A reading taken apart and not yet verified: who says to have sent it, and where in its sequence it stands. */
export interface UnverifiedReading {
  readonly device: string;
  readonly sequence: DeviceSequence;
  readonly message: Sign1;
}

/** One measured record of a reading, by stream. */
export interface StreamRecord extends SenmlRecord {
  readonly stream: string;
}

/** A device signs a reading: COSE_Sign1 over SenML-CBOR, `cti` holding its sequence. */
export function signReading(
  key: SigningKey,
  channel: string,
  device: string,
  sequence: DeviceSequence,
  pack: RawPack,
): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.reading,
    issuer: device,
    audience: channel,
    id: encodeSequence(sequence),
    contentType: senmlCborFormat,
    payload: encodeSenmlCbor(pack),
  });
}

/** A device opens a new epoch, signed by its key; the counter in `cti` is 0 and the payload empty. */
export function signEpochOpening(key: SigningKey, channel: string, device: string, epoch: number): Promise<Bytes> {
  return signSign1(key, {
    typ: typ.epoch,
    issuer: device,
    audience: channel,
    id: encodeSequence({ epoch, counter: 0 }),
    payload: new Uint8Array(0),
  });
}

/** Takes a signed message of a device apart. Throws `too-large`, `cose-…`, `cbor-malformed` or `reading-malformed`. */
export function parseReading(bytes: Uint8Array): UnverifiedReading {
  if (bytes.length > maxReadingBytes) {
    throw new ProtocolError('too-large', `a reading has at most ${maxReadingBytes} bytes`, { bytes: bytes.length });
  }
  const message = parseSign1(bytes, 'any');
  return { device: message.header.issuer, sequence: decodeSequence(message.header.id), message };
}

/** Checks type, channel and signature of a reading and returns its records. Throws as `verifySign1` and `readRecords`. */
export async function verifyReading(
  reading: UnverifiedReading,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<StreamRecord[]> {
  await verifySign1(reading.message, { typ: typ.reading, audience: channel, key, kid });
  return readRecords(reading);
}

/** The records of a reading, without a look at its signature. Throws `reading-malformed` or `senml-…`. */
export function readRecords({ message, device }: UnverifiedReading): StreamRecord[] {
  if (message.header.contentType !== senmlCborFormat) {
    throw new ProtocolError('reading-malformed', `the content type must be ${senmlCborFormat} (SenML-CBOR)`, {
      contentType: message.header.contentType,
    });
  }
  const records = resolvePack(parseSenmlCbor(message.payload), null);
  return records.map((record) => inStream(record, streamOf(device, record.name)));
}

/** Checks a device's opening of a new epoch and returns its number. Throws as `verifySign1`. */
export async function verifyEpochOpening(
  reading: UnverifiedReading,
  channel: string,
  key: PublicKey,
  kid: Uint8Array,
): Promise<number> {
  await verifySign1(reading.message, { typ: typ.epoch, audience: channel, key, kid });
  return reading.sequence.epoch;
}

/**
 * The records of a legacy device's unsigned SenML-JSON; relative times count from `receivedAtMs`. A name that does not
 * begin with the device's URN is taken as the name of a stream, since such sensors know nothing of URNs. Throws
 * `too-large`, `reading-malformed` or `senml-…`.
 */
export function readLegacyRecords(device: string, bytes: Uint8Array, receivedAtMs: number): StreamRecord[] {
  if (bytes.length > maxReadingBytes) {
    throw new ProtocolError('too-large', `a reading has at most ${maxReadingBytes} bytes`, { bytes: bytes.length });
  }
  return resolvePack(parseSenmlJson(bytes), receivedAtMs).map((record) =>
    inStream(record, record.name.startsWith('urn:') ? streamOf(device, record.name) : record.name),
  );
}

function inStream(record: SenmlRecord, stream: string): StreamRecord {
  if (record.value.kind === 'number' && Math.abs(record.value.value) > maxAbsoluteValue) {
    throw new ProtocolError('reading-malformed', `the value of ${record.name} is beyond ±${maxAbsoluteValue}`, {
      record: record.name,
      value: record.value.value,
    });
  }
  return { ...record, stream };
}
