import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@hopline/protocol/node';

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 25;

export type ChaincodeProcess = { address: string; pid: number | undefined; kill(): Promise<void> };

/** Runs the test contract as a service the way it is run for Fabric: by fabric-shim's own command. */
export async function startChaincode(port?: number): Promise<ChaincodeProcess> {
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const command = join(dirname(createRequire(import.meta.url).resolve('fabric-shim')), 'cli.js');
  const module = join(import.meta.dirname, 'chaincode');
  const child = spawn(
    process.execPath,
    [command, 'server', '--chaincode-address', address, '--chaincode-id', 'test_1.0:0', '--module-path', module],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, CORE_CHAINCODE_LOGGING_LEVEL: 'error', NODE_NO_WARNINGS: '1' },
    },
  );
  await untilListening(address, child);
  return { address, pid: child.pid, kill: () => killProcess(child) };
}

/** Kills a child with SIGKILL, and is done when it is gone. */
export async function killProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

async function untilListening(address: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(Number(address.split(':')[1])))) {
    if (child.exitCode !== null) throw new Error(`the chaincode ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error(`the chaincode did not listen on ${address}`);
    await sleep(POLL_MS);
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
