import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      'protocol',
      'chaincode',
      'ledger-gateway',
      'edge-worker',
      'edge-worker/vitest.node.config.ts',
      'sensor-sim',
      'infra',
      'console',
      'test',
    ],
  },
});
