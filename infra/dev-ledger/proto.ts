import type { Message } from 'google-protobuf';
import timestampProtos from 'google-protobuf/google/protobuf/timestamp_pb.js';

type Timestamp = InstanceType<typeof timestampProtos.Timestamp>;

/** The message's bytes as a Buffer, without copying them. */
export function encode(message: Message): Buffer {
  return asBuffer(message.serializeBinary());
}

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Decodes, or gives undefined where the bytes are not such a message. */
export function tryDecode<T>(type: { deserializeBinary(bytes: Uint8Array): T }, bytes: Uint8Array): T | undefined {
  try {
    return type.deserializeBinary(bytes);
  } catch {
    return undefined;
  }
}

export function timestampFromMs(epochMs: number): Timestamp {
  const timestamp = new timestampProtos.Timestamp();
  timestamp.setSeconds(Math.floor(epochMs / 1000));
  timestamp.setNanos((epochMs % 1000) * 1_000_000);
  return timestamp;
}

export function timestampToMs(timestamp: Timestamp): number {
  return timestamp.getSeconds() * 1000 + timestamp.getNanos() / 1_000_000;
}
