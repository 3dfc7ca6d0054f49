import { buildWorker } from './build-worker.ts';

console.log(await buildWorker());
