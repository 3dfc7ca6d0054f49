import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'infra',
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // The tests of the ledgers run real chaincode in processes of their own, on machines that may be busy.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
