import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@hopline/protocol/node';
import { MqttClient } from 'mqtt';
import { accepts } from '../../infra/start/ledger-part.ts';
import { WebSocketStream } from '../../sensor-sim/src/device/websocket-stream.ts';

/** A broker of others, in a process of its own, that takes anybody. */
export interface OtherBroker {
  readonly name: string;
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

const startWithinMs = 15_000;
const pollMs = 50;

export async function startAedes(): Promise<OtherBroker> {
  const script = join(import.meta.dirname, 'aedes-main.ts');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const port of createInterface({ input: child.stdout as Readable })) {
    return { name: 'aedes', url: `ws://127.0.0.1:${port}`, version: 'from npm', stop: () => end(child) };
  }
  throw new Error('aedes did not start');
}

/**
 * Starts Mosquitto where its program is on the PATH; `null` where it is not. It listens on plain TCP: not every build of it
 * has WebSocket, and TCP is the cheaper of the two for it.
 */
export async function startMosquitto(): Promise<OtherBroker | null> {
  const version = /mosquitto version ([\d.]+)/.exec(spawnSync('mosquitto', ['-h'], { encoding: 'utf8' }).stdout ?? '');
  if (!version) return null;
  const folder = await mkdtemp(join(tmpdir(), 'hopline-mosquitto-'));
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, mosquittoConfig(port));
  const child = spawn('mosquitto', ['-c', file], { stdio: 'ignore' });
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + startWithinMs; Date.now() < deadline; ) {
    if (await accepts(port)) {
      return { name: 'Mosquitto', url: `mqtt://127.0.0.1:${port}`, version: version[1] ?? '', stop };
    }
    await sleep(pollMs);
  }
  await stop();
  throw new Error('Mosquitto did not start');
}

/** No limits on what it queues: it shall keep every message, as the edge node does. */
function mosquittoConfig(port: number): string {
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'max_inflight_messages 0',
    'max_queued_messages 0',
    'max_queued_bytes 0',
    'persistence false',
    'log_type none',
  ];
  return `${lines.join('\n')}\n`;
}

/** A subscriber that goes away with its session kept: from now on the broker must keep what is published, in memory. */
export async function subscribeAndLeave({ url }: OtherBroker): Promise<void> {
  const { protocol, hostname, port } = new URL(url);
  const client = new MqttClient(
    () => (protocol === 'ws:' ? new WebSocketStream(url) : connect(Number(port), hostname)),
    { protocolVersion: 4, clientId: 'away', clean: false },
  );
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
  await client.subscribeAsync('readings/#', { qos: 1 });
  await client.endAsync();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
