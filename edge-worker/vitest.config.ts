import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { buildWorker } from './local/build-worker.ts';
import { keyOf, publicKeyText, secretDigest } from './testing/keys.ts';

/**
 * What runs inside workerd: everything beside the Worker's own code. The Worker itself is the bundle that is deployed. Its
 * node knows a gateway that nobody listens for, so tests put the registry copy on the disk themselves. Tests on Node are in
 * vitest.node.config.ts.
 */
export default defineConfig(async () => {
  const node = {
    mspId: 'FreshHubMSP',
    registryKey: publicKeyText(await keyOf('registry')),
    gateways: [{ mspId: 'FreshHubMSP', url: 'http://127.0.0.1:9', token: 'a-token-that-nobody-asks-for' }],
    apiTokenDigests: [await secretDigest('operator-token-of-the-tests-0123456789')],
  };
  const NODES = JSON.stringify({ '9501101530003/0': node });
  return {
    plugins: [
      cloudflareTest({
        main: await buildWorker(),
        wrangler: { configPath: './wrangler.jsonc' },
        miniflare: { bindings: { NODES } },
      }),
    ],
    test: { name: 'edge-worker', include: ['src/**/*.test.ts'] },
  };
});
