import { z } from 'zod';
import { openJournal } from '../device/journal.ts';
import { readKeyFile } from '../device/key-file.ts';
import { SimError } from '../error.ts';
import { type LoadDevice, madeUpDevices } from '../load/messages.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import type { Command, Values } from './command.ts';
import { readJsonFile } from './target.ts';

const fleetFileSchema = z.array(
  z.strictObject({
    device: z.string(),
    password: z.string(),
    keyFile: z.string().nullable(),
    url: z.string(),
    node: z.string(),
  }),
);

export const loadCommand: Command = {
  name: 'load',
  summary: 'publish as fast as acknowledgements come, and measure it',
  description: `
Publishes signed readings with QoS 1 over several connections and counts only what was acknowledged. Against an edge node
the devices must be enrolled (--fleet FILE); any other broker (Mosquitto, aedes) takes made-up ones.

  npm run sim -- load --url mqtt://127.0.0.1:1883 --devices 10 --messages 20000
  npm run sim -- load --fleet enrolled.json --messages 20000 --in-flight 64`,
  flags: [
    { name: 'url', value: 'URL', help: 'broker for made-up devices: ws://…, wss://… or mqtt://host:port' },
    {
      name: 'fleet',
      value: 'FILE',
      help: 'JSON array of enrolled devices: {device, password, keyFile (null: unsigned), url, node}',
    },
    { name: 'devices', value: 'N', help: 'made-up devices, each with a connection of its own (10)' },
    { name: 'connections', value: 'N', help: 'fewer connections than devices, where the broker allows it' },
    { name: 'messages', value: 'N', help: 'messages in all (10000)' },
    { name: 'in-flight', value: 'N', help: 'unacknowledged messages a connection may have (32)' },
    { name: 'sign-while-sending', help: 'sign each message when it is sent, not all before the clock starts' },
    { name: 'unsigned', help: 'SenML-JSON without signatures (made-up devices)' },
    { name: 'mqtt', value: '4|5', help: 'protocol version: 4 is MQTT 3.1.1 (4 for mqtt://, 5 for ws://)' },
    { name: 'journal', value: 'FILE', help: 'append a line for each acknowledged message' },
    { name: 'seed', value: 'N', help: 'what keys and values are made from (1)' },
    { name: 'json', help: 'print the result as one JSON object' },
  ],
  async run(values, signal) {
    const devices = await devicesOf(values);
    const path = values.text('journal');
    const journal = path === undefined ? undefined : openJournal(path);
    const isTcp = devices[0]?.url.startsWith('mqtt:') ?? false;
    const version = values.oneOf('mqtt', ['4', '5'], isTcp ? '4' : '5');
    try {
      const result = await runLoad({
        devices,
        messages: values.count('messages', 10_000),
        inFlight: values.count('in-flight', 32),
        connections: values.has('connections') ? values.count('connections', 1) : undefined,
        preSign: !values.has('sign-while-sending'),
        protocolVersion: version === '4' ? 4 : 5,
        seed: values.count('seed', 1, 0),
        nowMs: Date.now,
        journal,
        signal,
      });
      console.log(values.has('json') ? JSON.stringify(result) : format(result));
    } finally {
      journal?.close();
    }
  },
};

async function devicesOf(values: Values): Promise<LoadDevice[]> {
  const file = values.text('fleet');
  if (file === undefined) {
    const seed = values.count('seed', 1, 0);
    return madeUpDevices(values.count('devices', 10), seed, values.required('url'), !values.has('unsigned'));
  }
  if (values.has('url')) throw new SimError('bad-argument', 'give --url or --fleet, not both');
  const entries = await readJsonFile(file, fleetFileSchema);
  return Promise.all(
    entries.map(async ({ keyFile, ...entry }) => ({
      ...entry,
      key: keyFile === null ? null : await readKeyFile(keyFile),
    })),
  );
}

function format(result: LoadResult): string {
  const { acknowledged, quarantined, refused, seconds, messagesPerSecond, latencyMs, connections, payloadBytes } =
    result;
  const refusals = Object.entries(refused).map(([code, count]) => `${count} × ${code}`);
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    `${acknowledged} acknowledged in ${seconds.toFixed(2)} s: ${Math.round(messagesPerSecond)} a second over ${connections} connections`,
    `latency: median ${ms(latencyMs.p50)}, 90 % ${ms(latencyMs.p90)}, 99 % ${ms(latencyMs.p99)}, longest ${ms(latencyMs.max)}`,
    `payload: ${payloadBytes} bytes, ${Math.round(payloadBytes / Math.max(1, acknowledged))} a message`,
    `quarantined: ${quarantined}; refused: ${refusals.length > 0 ? refusals.join(', ') : 'none'}`,
  ].join('\n');
}
