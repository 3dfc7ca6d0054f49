/** Waits for conditions that change only when `notify` is called. */
export class Watchers {
  readonly #waiting = new Set<() => void>();

  notify(): void {
    for (const look of this.#waiting) look();
  }

  /** Returns `true` as soon as the condition holds, or `false` after `timeoutMs` (which may be infinite). */
  async until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => {
      if (isSo()) resolve(true);
    };
    this.#waiting.add(look);
    const timer = Number.isFinite(timeoutMs) ? setTimeout(resolve, timeoutMs, false) : null;
    const result = await promise;
    if (timer) clearTimeout(timer);
    this.#waiting.delete(look);
    return result;
  }
}
