import { Hono } from 'hono';
import { z } from 'zod';
import { asOf } from '../query/freshness.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { route } from './route.ts';

const readySchema = z.object({
  ready: z.boolean(),
  /** `another`: the ledger has fewer blocks than were applied here. */
  ledger: z.enum(['connected', 'away', 'another']),
  bootstrapped: z.boolean(),
  height: z.int(),
  ledgerHeight: z.int(),
  lagMs: z.int(),
});

/** Whether it lives, whether it is of use, and its figures. */
export function healthRoutes(app: AppContext): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .get(
      '/healthz',
      route({ summary: 'The process answers', tag: 'health', answer: z.object({ ok: z.boolean() }), open: true }),
      (c) => c.json({ ok: true }),
    )
    .get(
      '/readyz',
      route({ summary: 'Ledger connected and projection current', tag: 'health', answer: readySchema, open: true }),
      (c) => {
        const view = app.ledgerView();
        const { height, blockTimeMs } = app.projection.checkpoint;
        const { asOf: at, stale } = asOf(
          { height, blockTimeMs, ledgerHeight: view.height, behindSinceMs: view.behindSinceMs },
          app.clock.now(),
        );
        const ready = view.connected && app.bootstrapped() && app.caughtUp() && !stale;
        return c.json(
          {
            ready,
            ledger: view.isAnother ? 'another' : view.connected ? 'connected' : 'away',
            bootstrapped: app.bootstrapped(),
            height,
            ledgerHeight: at.ledgerHeight,
            lagMs: at.lagMs,
          },
          ready ? 200 : 503,
        );
      },
    )
    .get(
      '/metrics',
      route({ summary: 'Figures for Prometheus', tag: 'health', answerType: 'text/plain' }),
      requires('read'),
      async (c) =>
        c.body(await app.metrics.registry.metrics(), 200, { 'content-type': app.metrics.registry.contentType }),
    );
}
