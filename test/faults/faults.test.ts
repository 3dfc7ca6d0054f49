import { afterAll, beforeAll } from 'vitest';
import { caseTimeoutMs, FaultSystem } from './fault-system.ts';
import { killed } from './killed.ts';
import { lies } from './lies.ts';
import { restored } from './restored.ts';

/** One system goes through all of it: what a fault leaves behind is what the next one meets. */
let system: FaultSystem | undefined;

beforeAll(async () => {
  system = await FaultSystem.start();
}, caseTimeoutMs);

afterAll(async () => {
  await system?.stop();
}, caseTimeoutMs);

const running = (): FaultSystem => {
  if (!system) throw new Error('the system did not start');
  return system;
};

lies(running);
restored(running);
// Last, since its loads make the checks of what comes after it longer.
killed(running);
