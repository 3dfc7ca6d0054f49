import { type LoadDevice, madeUpDevices } from '../../sensor-sim/src/load/messages.ts';
import type { BenchOptions } from './bench-options.ts';
import { Rounds, type Section } from './figures.ts';
import { startLoneEdge } from './lone-edge.ts';
import { type OtherBroker, startAedes, startMosquitto, subscribeAndLeave } from './other-brokers.ts';
import { timedLoad } from './timed-load.ts';

/** Connections and messages on their way on each of them. */
const windows = [
  { connections: 1, inFlight: 100 },
  { connections: 10, inFlight: 20 },
  { connections: 20, inFlight: 100 },
] as const;

interface Target {
  readonly name: string;
  readonly devices: readonly LoadDevice[];
  readonly role: 'edge' | 'broker';
}

/**
 * Acknowledged messages a second, the same client and the same messages for all brokers. Rounds of the brokers take turns,
 * so that what else happens on the machine meets them all.
 */
export async function measureMqtt(
  { devices, messages, rounds }: BenchOptions,
  onProgress: (line: string) => void,
): Promise<Section> {
  const found = new Rounds();
  const notes = [
    `${messages} messages a round, MQTT 3.1.1, QoS 1, over WebSocket (Mosquitto over plain TCP); signed before the clock starts; the client runs on the same machine`,
    'edge node: verified, deduplicated and committed to SQLite on disk before PUBACK',
    'Mosquitto and aedes: nothing verified and nothing on disk; “keeping” queues in memory for a subscriber that is away, otherwise a message is dropped after PUBACK',
  ];
  const lone = await startLoneEdge(devices);
  const others: OtherBroker[] = [];
  try {
    const targets: Target[] = [
      { name: 'edge node, signed', devices: lone.signing, role: 'edge' },
      { name: 'edge node, legacy', devices: lone.legacy, role: 'edge' },
    ];
    for (const start of [startMosquitto, startAedes]) {
      for (const keeps of [true, false]) {
        const broker = await start();
        if (!broker) continue;
        others.push(broker);
        if (keeps) await subscribeAndLeave(broker);
        const name = keeps ? `${broker.name}, keeping` : `${broker.name}, dropping`;
        targets.push({ name, devices: await madeUpDevices(devices, 1, broker.url, true), role: 'broker' });
      }
    }
    const mosquitto = others.find(({ name }) => name === 'Mosquitto');
    notes.push(mosquitto ? `Mosquitto ${mosquitto.version}` : 'no Mosquitto: its program is not on the PATH');
    for (let round = 0; round < rounds; round++) {
      for (const { name, devices: senders, role } of targets) {
        for (const { connections, inFlight } of windows) {
          // A device has a connection of its own: fewer connections are fewer devices.
          const group = senders.slice(0, connections);
          const { messagesPerSecond, cpuMs, latencyMs } = await timedLoad({ devices: group, messages, inFlight });
          // What is open would else be sealed in the middle of some later round.
          if (role === 'edge') await lone.edge.post('/seal');
          const label = `${name}, ${group.length} × ${inFlight}`;
          found.add(label, 'messages/s', messagesPerSecond);
          const cpu = cpuMs.get(role);
          if (inFlight === windows[1].inFlight && role === 'edge') {
            found.add(`${label}: PUBACK after, 99 %`, 'ms', latencyMs.p99);
            if (cpu !== undefined)
              found.add(`${label}: processor time in workerd`, 'µs/message', (cpu * 1000) / messages);
          }
        }
      }
      onProgress(`mqtt: round ${round + 1} of ${rounds}`);
    }
  } finally {
    for (const broker of others) await broker.stop();
    await lone.edge.stop();
  }
  return {
    name: 'mqtt',
    title: 'Acknowledged MQTT messages a second (connections × messages in flight on each)',
    figures: found.figures().sort((a, b) => a.unit.localeCompare(b.unit)),
    notes,
  };
}
