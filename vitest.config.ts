import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['protocol', 'chaincode', 'ledger-gateway', 'edge-worker', 'sensor-sim', 'infra', 'console', 'test'],
  },
});
