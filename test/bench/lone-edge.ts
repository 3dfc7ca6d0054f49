import { TestDevice } from '../../edge-worker/testing/test-device.ts';
import { TestEdge, testNode } from '../../edge-worker/testing/test-edge.ts';
import type { LoadDevice } from '../../sensor-sim/src/load/messages.ts';

/** One edge node on a workerd of its own that seals nothing for now: what is measured is the way into its store. */
export interface LoneEdge {
  readonly edge: TestEdge;
  readonly signing: readonly LoadDevice[];
  readonly legacy: readonly LoadDevice[];
}

const hourMs = 3_600_000;
const manyReadings = 100_000;

/** Starts it with as many signing and as many legacy devices. */
export async function startLoneEdge(devices: number): Promise<LoneEdge> {
  const numbers = Array.from({ length: devices }, (_, index) => index + 1);
  const signing = await Promise.all(numbers.map((n) => TestDevice.make(`bench-${n}`, testNode)));
  const unsigned = await Promise.all(
    numbers.map((n) => TestDevice.make(`bench-legacy-${n}`, testNode, { publicKey: null, kind: 'legacy' })),
  );
  const tuning = { sealMaxReadings: manyReadings, sealMaxAgeMs: hourMs, registryRefreshMs: 30_000 };
  const edge = await TestEdge.start(tuning, [...signing, ...unsigned]);
  return {
    edge,
    signing: signing.map((device) => loadDevice(edge, device, true)),
    legacy: unsigned.map((device) => loadDevice(edge, device, false)),
  };
}

function loadDevice(edge: TestEdge, { urn, password, key }: TestDevice, signs: boolean): LoadDevice {
  return { device: urn, key: signs ? key : null, password, url: edge.mqttUrl, node: testNode };
}
