import { setTimeout as sleep } from 'node:timers/promises';
import { generate, type IConnectPacket } from 'mqtt-packet';
import { WebSocket } from 'ws';
import type { LoadDevice } from '../../sensor-sim/src/load/messages.ts';
import type { BenchOptions } from './bench-options.ts';
import { Rounds, type Section } from './figures.ts';
import { startLoneEdge } from './lone-edge.ts';
import { processUsage } from './process-usage.ts';

const opensAtOnce = 50;
const keepAliveSeconds = 3600;
const connackType = 0x20;

/** Resident memory of workerd with many idle connections, against what it had before the first. */
export async function measureIdle(
  { idle, devices, settleSeconds }: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const title = 'Memory of an idle MQTT connection';
  const found = new Rounds();
  const lone = await startLoneEdge(devices);
  const sockets: WebSocket[] = [];
  try {
    await sleep(settleSeconds * 1000);
    const before = residentBytes();
    if (before === null) {
      return { name: 'idle', title, figures: [], notes: ['not measured: this system has no /proc'] };
    }
    const numbers = Array.from({ length: idle }, (_, index) => index);
    const open = async () => {
      for (let n = numbers.shift(); n !== undefined; n = numbers.shift()) {
        sockets.push(await openIdle(lone.signing[n % lone.signing.length] as LoadDevice, n));
      }
    };
    await Promise.all(Array.from({ length: opensAtOnce }, open));
    found.add('just opened', 'bytes/connection', ((residentBytes() ?? before) - before) / idle);
    onProgress(`idle: ${idle} connections are open`);
    await sleep(settleSeconds * 1000);
    found.add(
      `after ${settleSeconds} s without a packet`,
      'bytes/connection',
      ((residentBytes() ?? before) - before) / idle,
    );
    const closed = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
    if (closed > 0) throw new Error(`${closed} of ${idle} connections were closed`);
    return {
      name: 'idle',
      title,
      figures: found.figures(),
      notes: [
        `${idle} connections with a session each; resident memory of workerd, freed memory that it keeps included`,
      ],
    };
  } finally {
    for (const socket of sockets) socket.terminate();
    await lone.edge.stop();
  }
}

function residentBytes(): number | null {
  return processUsage()?.get('edge')?.residentBytes ?? null;
}

/** Connects and waits for the broker's acceptance. */
async function openIdle({ url, device, password }: LoadDevice, number: number): Promise<WebSocket> {
  const socket = new WebSocket(url, ['mqtt'], { perMessageDeflate: false });
  const packet: IConnectPacket = {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 5,
    clientId: `${device}.${number}`,
    clean: true,
    keepalive: keepAliveSeconds,
    username: device,
    password: Buffer.from(password ?? ''),
  };
  return new Promise((resolve, reject) => {
    socket.once('open', () => socket.send(generate(packet, { protocolVersion: 5 })));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('an idle connection was refused')));
    socket.once('message', (data) => {
      const [type, , , reasonCode] = data as Buffer;
      if (type === connackType && reasonCode === 0) resolve(socket);
      else reject(new Error(`an idle connection was refused with ${reasonCode}`));
    });
  });
}
