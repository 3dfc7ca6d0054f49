import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

/** What runs inside workerd: everything beside the Worker's own code. Tests on Node are in vitest.node.config.ts. */
export default defineConfig({
  plugins: [cloudflareTest({ wrangler: { configPath: './wrangler.jsonc' } })],
  test: { name: 'edge-worker', include: ['src/**/*.test.ts'] },
});
