/** A message that a device has recorded and that its network has not yet taken over. */
export interface OutboxEntry {
  /** Order of recording within the device. */
  readonly id: number;
  readonly topic: string;
  readonly payload: Uint8Array<ArrayBuffer>;
  /** `null` for legacy messages, which have no place in a sequence. */
  readonly epoch: number | null;
  readonly counter: number | null;
}

/**
 * What a device has yet to deliver: first recorded, first sent, at most `window` of them unacknowledged at a time.
 * Pure bookkeeping; the bytes are moved by the device.
 */
export class Outbox {
  readonly capacity: number;
  readonly window: number;
  #waiting: OutboxEntry[] = [];
  #first = 0;
  readonly #inFlight = new Map<number, OutboxEntry>();

  constructor(capacity: number, window: number) {
    this.capacity = capacity;
    this.window = window;
  }

  /** Entries not yet acknowledged. */
  get size(): number {
    return this.#waiting.length - this.#first + this.#inFlight.size;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  /** Takes an entry in, unless the outbox is full: then `false`. */
  add(entry: OutboxEntry): boolean {
    if (this.isFull) return false;
    this.#waiting.push(entry);
    return true;
  }

  /** The entry that `take` would give, or `null` where nothing waits or the window is used up. */
  peek(window = this.window): OutboxEntry | null {
    if (this.#inFlight.size >= window) return null;
    return this.#waiting[this.#first] ?? null;
  }

  /** Moves the next entry into flight. */
  take(window = this.window): OutboxEntry | null {
    const entry = this.peek(window);
    if (!entry) return null;
    this.#first++;
    if (this.#first > 1024 && this.#first * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#first);
      this.#first = 0;
    }
    this.#inFlight.set(entry.id, entry);
    return entry;
  }

  /** The entry has met its end: acknowledged, or refused for good. */
  settle(id: number): void {
    this.#inFlight.delete(id);
  }

  /** The entry was not sent after all: it waits again, in its old place. */
  putBack(id: number): void {
    const entry = this.#inFlight.get(id);
    if (!entry) return;
    this.#inFlight.delete(id);
    const waiting = this.#waiting.slice(this.#first);
    const place = waiting.findIndex((other) => other.id > id);
    waiting.splice(place < 0 ? waiting.length : place, 0, entry);
    this.#waiting = waiting;
    this.#first = 0;
  }

  /** Everything undelivered, in order of recording: what a device keeps over a restart. */
  undelivered(): OutboxEntry[] {
    return [...this.#inFlight.values(), ...this.#waiting.slice(this.#first)].sort((a, b) => a.id - b.id);
  }
}
