import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CteRecord } from '@hopline/protocol/fsma';
import { GatewayError } from '../gateway-error.ts';
import { fsmaLimits } from './limits.ts';
import type { About } from './workbook.ts';

const retryAfterMs = 5_000;
let underWay = 0;

/**
 * Makes a workbook in another thread: a large one takes seconds of computing, in which this gateway would answer nobody.
 * @throws GatewayError `rate-limited` while `maxWorkbooksAtOnce` are being made
 */
export async function makeWorkbookApart(records: readonly CteRecord[], about: About): Promise<Uint8Array> {
  if (underWay >= fsmaLimits.maxWorkbooksAtOnce) {
    throw new GatewayError('rate-limited', 'other workbooks are being made', {}, { retryAfterMs });
  }
  underWay++;
  const worker = new Worker(new URL('./workbook-worker.ts', import.meta.url), {
    workerData: { records, about },
    resourceLimits: { maxOldGenerationSizeMb: fsmaLimits.maxWorkbookMemoryMb },
  });
  try {
    const [bytes] = (await once(worker, 'message')) as [Uint8Array];
    return bytes;
  } finally {
    underWay--;
    await worker.terminate();
  }
}
