import type { SummarySource } from './coverage.ts';

/** A gateway and an API key that may read summaries there. */
export interface GatewayAddress {
  readonly url: string;
  readonly key: string;
}

const attempts = 10;
const defaultPauseMs = 1000;

/**
 * Asks one gateway after the other for a summary. Each is fetched once: by its digest it is the same for ever. Throws an
 * Error that names the address where a gateway answers neither with it nor that it has none.
 */
export function summariesFrom(gateways: readonly GatewayAddress[]): SummarySource {
  const known = new Map<string, Uint8Array>();
  return async (digest) => {
    for (const gateway of gateways) {
      const bytes = known.get(digest) ?? (await fetchSummary(gateway, digest));
      if (!bytes) continue;
      known.set(digest, bytes);
      return bytes;
    }
    return null;
  };
}

async function fetchSummary({ url, key }: GatewayAddress, digest: string): Promise<Uint8Array | null> {
  const address = `${url}/api/summaries/${digest}`;
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(address, { headers: { authorization: `Bearer ${key}`, accept: 'application/cbor' } });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    const text = await response.text();
    if (response.status === 404) return null;
    if (response.status !== 429 || attempt === attempts)
      throw new Error(`${address} answered ${response.status}: ${text}`);
    const pauseMs = Number(response.headers.get('retry-after')) * 1000 || defaultPauseMs;
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}
