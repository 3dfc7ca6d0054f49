import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Fleet } from '../../sensor-sim/src/index.ts';
import type { Stack } from './stack.ts';

const terminalIntervalMs = 1_000;
/** Into a file or a pipe a line now and then is enough. */
const fileIntervalMs = 10_000;

const overviewSchema = z.object({
  counts: z.object({ batches: z.number(), readings: z.number(), lots: z.number(), alerts: z.number() }),
  asOf: z.object({ height: z.number() }),
});

/** One line that says how much has happened, renewed in place on a terminal. */
export class LiveLine {
  readonly #stack: Stack;
  readonly #fleet: Fleet;
  readonly #terminal = process.stdout.isTTY === true;

  constructor(stack: Stack, fleet: Fleet) {
    this.#stack = stack;
    this.#fleet = fleet;
  }

  /** Shows a lasting line without spoiling the live one. */
  note(text: string): void {
    process.stdout.write(`${this.#terminal ? '\r\u001b[2K' : ''}  ✓ ${text}\n`);
  }

  /** Renews the line until the signal is given. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const text = await this.#text();
      process.stdout.write(this.#terminal ? `\r\u001b[2K  ${text}` : `  ${text}\n`);
      await sleep(this.#terminal ? terminalIntervalMs : fileIntervalMs, undefined, { signal }).catch(() => undefined);
    }
    if (this.#terminal) process.stdout.write('\n');
  }

  async #text(): Promise<string> {
    const { acknowledged, connected, devices } = this.#fleet.stats();
    const fleet = `${connected}/${devices} devices · ${acknowledged} readings accepted since the start`;
    try {
      const { counts, asOf } = await this.#stack.clients.freshHub.get('/api/overview', overviewSchema);
      const ledger = `${counts.readings} anchored in ${counts.batches} batches · ${asOf.height} blocks`;
      return `${fleet} · ${ledger} · ${counts.lots} lots · ${counts.alerts} ${counts.alerts === 1 ? 'alert' : 'alerts'}`;
    } catch (error) {
      return `${fleet} · the gateway does not answer (${(error as Error).message})`;
    }
  }
}
