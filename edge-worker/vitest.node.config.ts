import { defineConfig } from 'vitest/config';

/** What runs on Node against a plain workerd, with real MQTT clients and a real HTTP server for a gateway. */
export default defineConfig({
  test: {
    name: 'edge-worker-local',
    environment: 'node',
    include: ['testing/**/*.test.ts', 'local/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
