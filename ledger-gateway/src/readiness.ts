/** What a gateway waits for before it is of use: its organisation on the ledger, and a projection that was current once. */
export class Readiness {
  #bootstrapped = false;
  #caughtUp = false;
  readonly #ready = Promise.withResolvers<void>();

  constructor() {
    this.#ready.promise.catch(() => undefined);
  }

  get bootstrapped(): boolean {
    return this.#bootstrapped;
  }

  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Resolves once both are so; rejects when the gateway is stopped before. */
  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  isBootstrapped(): void {
    this.#bootstrapped = true;
    this.#judge();
  }

  isCurrent(): void {
    this.#caughtUp = true;
    this.#judge();
  }

  giveUp(): void {
    this.#ready.reject(new Error('the gateway was stopped'));
  }

  #judge(): void {
    if (this.#bootstrapped && this.#caughtUp) this.#ready.resolve();
  }
}
