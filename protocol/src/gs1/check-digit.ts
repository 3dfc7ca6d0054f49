/**
 * The mod-10 check digit that ends a GTIN, GLN, SSCC or GRAI: weights 3, 1, 3, … from the right
 * (GS1 General Specifications, section 7.9).
 * @param body the digits before the check digit
 * @returns one digit
 */
export function checkDigit(body: string): string {
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const digit = body.charCodeAt(body.length - 1 - i) - 48;
    sum += i % 2 === 0 ? 3 * digit : digit;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether the last digit of `key` is the check digit of those before it. `key` must be all digits. */
export function hasCheckDigit(key: string): boolean {
  return checkDigit(key.slice(0, -1)) === key.at(-1);
}
