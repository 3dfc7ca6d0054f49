let run: string | null = null;

/**
 * Names this run of the process (of the isolate, strictly). A disk that was restored or cloned is only ever opened by a new
 * run, so what one run has compared with the ledger the next must compare again. Made on first use, since Workers have no
 * randomness while their modules load.
 */
export function processRun(): string {
  run ??= crypto.randomUUID();
  return run;
}
