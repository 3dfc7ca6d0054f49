import { ProtocolError } from '@hopline/protocol';
import { SimError } from '../error.ts';

/** Exit codes: done; failed; used wrongly; interrupted (128 + SIGINT). */
export const exitCode = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs a program's body to its end. The first Ctrl-C asks it to stop by the signal, the second one ends the process. A
 * failure that the simulator knows by name is told in one line, any other with its stack.
 */
export async function runMain(program: string, body: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupt = new AbortController();
  const onInterrupt = () => {
    if (interrupt.signal.aborted) process.exit(exitCode.interrupted);
    console.error(`\n${program}: stopping; press Ctrl-C again to leave at once`);
    interrupt.abort(new SimError('stopped', 'interrupted'));
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  try {
    await body(interrupt.signal);
  } catch (error) {
    process.exitCode = report(program, error, interrupt.signal.aborted);
  } finally {
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
  }
}

function report(program: string, error: unknown, wasInterrupted: boolean): number {
  if (wasInterrupted) return exitCode.interrupted;
  if (error instanceof SimError || error instanceof ProtocolError) {
    console.error(`${program}: ${error.message} (${error.code})`);
    return error instanceof SimError && error.code === 'bad-argument' ? exitCode.usage : exitCode.failed;
  }
  console.error(error);
  return exitCode.failed;
}
