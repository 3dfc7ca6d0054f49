import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'sensor-sim',
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Brokers, venvs and whole fleets run in these tests, on machines of any speed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
