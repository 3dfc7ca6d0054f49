import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'test',
    environment: 'node',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Files here start whole systems of a dozen processes: one at a time, and after the other projects.
    fileParallelism: false,
    sequence: { groupOrder: 1 },
  },
});
