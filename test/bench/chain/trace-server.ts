import { Hono } from 'hono';
import type { AppEnv } from '../../../ledger-gateway/src/http/app-context.ts';
import { closeServer, listen } from '../../../ledger-gateway/src/http/listen.ts';
import { traceRoutes } from '../../../ledger-gateway/src/http/trace-routes.ts';
import type { Store } from '../../../ledger-gateway/src/store/store.ts';

/**
 * The gateway's own trace routes over a chain's database. Whoever asks counts as a reader: a chain has no gateway of its own, and
 * no keys.
 */
export class TraceServer {
  readonly #server: Awaited<ReturnType<typeof listen>>;
  readonly #url: string;

  private constructor(server: Awaited<ReturnType<typeof listen>>, url: string) {
    this.#server = server;
    this.#url = url;
  }

  static async start(store: Store): Promise<TraceServer> {
    const [checkpoint] = await store.query<{ height: number; blockTimeMs: number }>(
      'select height, block_time_ms as "blockTimeMs" from checkpoint',
    );
    const { height, blockTimeMs } = checkpoint ?? { height: 0, blockTimeMs: 0 };
    const view = { height, connected: true, isAnother: false, behindSinceMs: null };
    const app = new Hono<AppEnv>();
    app.use(async (c, next) => {
      c.set('caller', { kind: 'key', id: 'bench', name: 'bench', roles: ['reader'] });
      await next();
    });
    const routes = traceRoutes({
      store,
      projection: { checkpoint: { height, blockTimeMs, registryHeight: height } },
      ledgerView: () => view,
      clock: { now: () => blockTimeMs },
    });
    const server = await listen(app.route('/api', routes), '127.0.0.1', 0);
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return new TraceServer(server, `http://127.0.0.1:${address.port}`);
  }

  /** Asks for a trace, to the last byte of its answer; gives how many there were. */
  async ask(from: string, direction: string): Promise<number> {
    const answer = await fetch(`${this.#url}/api/trace?${new URLSearchParams({ from, direction })}`);
    const bytes = (await answer.arrayBuffer()).byteLength;
    if (!answer.ok) throw new Error(`a trace of ${from} was answered with ${answer.status}`);
    return bytes;
  }

  stop(): Promise<void> {
    return closeServer(this.#server);
  }
}
