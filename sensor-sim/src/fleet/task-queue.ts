/** Runs what is put into it one after the other. After a failure nothing more is run; `settled` tells of it. */
export class TaskQueue {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failure: { readonly cause: unknown } | null = null;
  #isClosed = false;

  /** Tasks put in and not yet ended. */
  get size(): number {
    return this.#waiting;
  }

  get hasFailed(): boolean {
    return this.#failure !== null;
  }

  add(task: () => Promise<unknown>): void {
    this.#waiting++;
    this.#tail = this.#tail.then(() => this.#run(task));
  }

  /** Waits for all that was put in so far. Throws the first failure. */
  async settled(): Promise<void> {
    await this.#tail;
    if (this.#failure) throw this.#failure.cause;
  }

  /** Passes over what has not begun. */
  close(): void {
    this.#isClosed = true;
  }

  async #run(task: () => Promise<unknown>): Promise<void> {
    try {
      if (!this.#failure && !this.#isClosed) await task();
    } catch (cause) {
      // What fails because the queue was closed under it is no failure.
      if (!this.#isClosed) this.#failure = { cause };
    } finally {
      this.#waiting--;
    }
  }
}
