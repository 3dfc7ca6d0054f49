import type { MqttClient } from 'mqtt';
import type { TestDevice } from './test-device.ts';

/** Publishes at QoS 1 and resolves to the reason code of the PUBACK (MQTT 5), 0 for 3.1.1. */
export function publish(client: MqttClient, topic: string, message: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    client.publish(topic, Buffer.from(message), { qos: 1 }, (error, packet) => {
      const code = error && 'code' in error ? Number(error.code) : Number.NaN;
      if (error && Number.isNaN(code)) reject(error);
      else if (error) resolve(code);
      else resolve((packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0);
    });
  });
}

/** Publishes a number of readings and returns those that were acknowledged. */
export async function publishReadings(client: MqttClient, device: TestDevice, count: number): Promise<Uint8Array[]> {
  const readings: Uint8Array[] = [];
  for (let i = 0; i < count; i++) readings.push(await device.reading());
  await Promise.all(readings.map((reading) => publish(client, device.topic, reading)));
  return readings;
}
