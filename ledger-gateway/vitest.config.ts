import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'ledger-gateway',
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A database is made for many of the tests, and a busy machine takes its time for that.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
