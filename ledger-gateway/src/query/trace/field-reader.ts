const space = 0x20;
const newline = 0x0a;
const minus = 0x2d;
const zero = 0x30;

/**
 * Reads lines of fields that are separated by single spaces, one field after the other. A trace reads a hundred thousand fields:
 * numbers are taken digit by digit, without a text for each.
 */
export class FieldReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The next field, a whole number of at most 2^53. */
  number(): number {
    const isNegative = this.#text.charCodeAt(this.#at) === minus;
    if (isNegative) this.#at += 1;
    let value = 0;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === space || code === newline) break;
      value = value * 10 + (code - zero);
    }
    this.#at += 1;
    return isNegative ? -value : value;
  }

  /** The next field as it is. */
  word(): string {
    const from = this.#at;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === space || code === newline) break;
    }
    this.#at += 1;
    return this.#text.slice(from, this.#at - 1);
  }
}
