/** The part of a protobuf time stamp that is read here. */
interface Timestamp {
  getSeconds(): number;
  getNanos(): number;
}

/** Milliseconds since 1970 of a protobuf time stamp, rounded down. */
export function timestampToMs(timestamp: Timestamp | undefined): number {
  return timestamp ? timestamp.getSeconds() * 1000 + Math.floor(timestamp.getNanos() / 1_000_000) : 0;
}
