/** The name of an event by its hash (CBV 2.0, section 8.9; RFC 6920). */
const cbvHash = /^ni:\/\/\/sha-256;([0-9a-f]{64})\?ver=CBV2\.0$/;

/** The SHA-256 in the name of an event, in hexadecimal; `null` where a name is not made of one alone. */
export function digestOfEvent(event: string): string | null {
  return cbvHash.exec(event)?.[1] ?? null;
}

/** The name of the event with a digest that `digestOfEvent` gave. */
export function eventOfDigest(hex: string): string {
  return `ni:///sha-256;${hex}?ver=CBV2.0`;
}
