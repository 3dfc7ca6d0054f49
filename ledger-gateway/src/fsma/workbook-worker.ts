import { parentPort, workerData } from 'node:worker_threads';
import type { CteRecord } from '@hopline/protocol/fsma';
import { type About, makeWorkbook } from './workbook.ts';

/** Runs `makeWorkbook` in a thread of its own; see `make-workbook-apart.ts`, which gives it these. */
const { records, about } = workerData as { records: readonly CteRecord[]; about: About };
const bytes = await makeWorkbook(records, about);
parentPort?.postMessage(new Uint8Array(bytes));
