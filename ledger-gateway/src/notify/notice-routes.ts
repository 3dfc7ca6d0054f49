import { Hono } from 'hono';
import { found } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { requires } from '../http/authenticate.ts';
import { parseRequest } from '../http/problem-response.ts';
import { route } from '../http/route.ts';
import { noticeIdSchema } from './notice.ts';
import {
  noticeDetailSchema,
  noticesQuerySchema,
  noticesSchema,
  readNoticeDetail,
  readNotices,
} from './read-notices.ts';

/** The outbox as people see it: what went out, what did not and why; another delivery, or none. */
export function noticeRoutes(app: AppContext): Hono<AppEnv> {
  const { store, notifier } = app;
  const idOf = (text: string) => parseRequest(noticeIdSchema, text);
  const allowed = requires('notify');
  const detail = async (id: string) => noticeDetailSchema.parse(await readNoticeDetail(store, id));
  return new Hono<AppEnv>()
    .get(
      '/notices',
      route({
        summary: 'Notices to other parties, the latest first',
        tag: 'notices',
        query: noticesQuerySchema,
        answer: noticesSchema,
      }),
      allowed,
      async (c) => c.json(await readNotices(store, parseRequest(noticesQuerySchema, c.req.query()))),
    )
    .get(
      '/notices/:id',
      route({ summary: 'A notice with its content', tag: 'notices', answer: noticeDetailSchema }),
      allowed,
      async (c) => c.json(await detail(idOf(c.req.param('id')))),
    )
    .post(
      '/notices/:id/retry',
      route({
        summary:
          'Deliver a notice that has failed, was cancelled or waits for its next attempt now; a URL that was gone is tried again',
        tag: 'notices',
        answer: noticeDetailSchema,
      }),
      allowed,
      async (c) => {
        const id = idOf(c.req.param('id'));
        found(await store.writeOwn((tx, put) => notifier.retry({ tx, put }, id)), 'the notice', { id });
        return c.json(await detail(id));
      },
    )
    .post(
      '/notices/:id/cancel',
      route({ summary: 'Deliver a notice no more', tag: 'notices', answer: noticeDetailSchema }),
      allowed,
      async (c) => {
        const id = idOf(c.req.param('id'));
        found(await store.writeOwn((tx, put) => notifier.cancel({ tx, put }, id)), 'the notice', { id });
        return c.json(await detail(id));
      },
    );
}
