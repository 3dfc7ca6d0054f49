/** Compares two digests of secrets in a time that does not depend on where they differ. */
export function sameSecret(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && crypto.subtle.timingSafeEqual(a, b);
}
