import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'protocol',
    environment: 'node',
    // No test waits for anything; some compute much, and machines differ.
    testTimeout: 60_000,
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
});
