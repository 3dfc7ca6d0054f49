import { performance } from 'node:perf_hooks';
import { type Command, parseCommandLine, USAGE } from './command-line.ts';
import { FabricError } from './fabric-error.ts';
import { startFabric, stopFabric } from './start-fabric.ts';

try {
  await run(parseCommandLine(process.argv.slice(2)));
} catch (failure) {
  if (!(failure instanceof FabricError)) throw failure;
  console.error(failure.message);
  process.exitCode = 1;
}

async function run(command: Command): Promise<void> {
  if (command.kind === 'help') {
    console.log(USAGE);
  } else if (command.kind === 'down') {
    const stopped = await stopFabric(command.dataDir);
    console.log(stopped.length === 0 ? 'nothing was running' : `stopped ${stopped.join(', ')}`);
  } else {
    await up(command);
  }
}

async function up({ dataDir, fresh, portBase, chaincode }: Extract<Command, { kind: 'up' }>): Promise<void> {
  const cancel = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancel.abort());
  const onProgress = (line: string) => console.log(`${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}`);
  const fabricBin = process.env.FABRIC_BIN;
  await startFabric({ dataDir, fabricBin, fresh, portBase, chaincode, onProgress, signal: cancel.signal });
}
