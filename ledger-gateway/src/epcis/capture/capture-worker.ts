import type { Logger } from 'pino';
import type { CaptureContext } from '../../intake/capture.ts';
import { Waker } from '../waker.ts';
import { forgetOldJobs, nextOpenJob, readJob, saveJob } from './capture-job.ts';
import { failedJob, runJob } from './run-job.ts';

const idleMs = 30_000;
const afterFailureMs = 2_000;

/** Does capture jobs one after the other, in the order in which they came. */
export class CaptureWorker {
  readonly #waker = new Waker();

  /** Tells that there is a new job. */
  wake(): void {
    this.#waker.wake();
  }

  /** Works until the signal is given. What was open when the gateway ended goes on from where it stood. */
  async run(context: CaptureContext, log: Logger, signal: AbortSignal): Promise<void> {
    const { store, clock } = context;
    while (!signal.aborted) {
      this.#waker.reset();
      try {
        const open = await nextOpenJob(store);
        if (open === null) {
          await forgetOldJobs(store, clock.now());
          await this.#waker.pause(clock, idleMs, signal);
          continue;
        }
        await runJob(context, open.job, open.document, signal).catch(async (error: unknown) => {
          if (signal.aborted) return;
          log.error({ err: error, job: open.job.id }, 'a capture job failed');
          const current = (await readJob(store, open.job.id)) ?? open.job;
          await saveJob(store, failedJob(current, error, clock.now()));
        });
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'the capture jobs are interrupted');
        await clock.sleep(afterFailureMs, signal);
      }
    }
  }
}
