/** Wakes those who listen for news; what is new they read from the database, each from where it was. */
export class Live {
  readonly #waiting = new Set<() => void>();
  #version = 0;

  /** Grows with all news: `changed` resolves at once where it has grown since. */
  get version(): number {
    return this.#version;
  }

  tell(): void {
    this.#version++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Resolves when there is something newer than `version`, or the signal is given. */
  changed(version: number, signal: AbortSignal): Promise<void> {
    if (this.#version > version || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
