/**
 * Acknowledged messages a second into one local node: `node testing/measure.ts [devices] [readings a device] [window]`.
 * Readings are signed beforehand; each device keeps `window` of them unacknowledged.
 */
import { TestDevice } from './test-device.ts';
import { TestEdge, testNode } from './test-edge.ts';

const [deviceCount = 20, readingsEach = 1000, window = 50] = process.argv.slice(2).map(Number);

const devices = await Promise.all(
  Array.from({ length: deviceCount }, (_, index) => TestDevice.make(`load-${index}`, testNode)),
);
const edge = await TestEdge.start({}, devices);
try {
  const loads = await Promise.all(devices.map(loadOf));
  const startMs = performance.now();
  await Promise.all(loads.map((load) => load()));
  const seconds = (performance.now() - startMs) / 1000;
  const total = deviceCount * readingsEach;
  const { counts, outboxBatches, head } = await edge.status();
  const result = {
    acknowledged: total,
    seconds,
    perSecond: Math.round(total / seconds),
    outboxBatches,
    head: head?.sequence,
  };
  console.log(JSON.stringify({ ...result, counts }));
} finally {
  await edge.stop();
}

async function loadOf(device: TestDevice): Promise<() => Promise<void>> {
  const readings: Buffer[] = [];
  for (let i = 0; i < readingsEach; i++) readings.push(Buffer.from(await device.reading()));
  const client = await edge.connect(device);
  return async () => {
    let next = 0;
    const lane = async () => {
      for (let reading = readings[next++]; reading; reading = readings[next++]) {
        await client.publishAsync(device.topic, reading, { qos: 1 });
      }
    };
    await Promise.all(Array.from({ length: window }, lane));
  };
}
