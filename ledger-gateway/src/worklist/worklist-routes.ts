import { Hono } from 'hono';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { demand, requires } from '../http/authenticate.ts';
import { withFreshness } from '../http/freshness-now.ts';
import { httpLimits } from '../http/limits.ts';
import { parseRequest } from '../http/problem-response.ts';
import { readJson } from '../http/read-body.ts';
import { route } from '../http/route.ts';
import { noteWorkItem, workNoteSchema } from './note-work-item.ts';
import { countWorklist, readWorkItem, readWorklist } from './read-worklist.ts';
import {
  workItemSchema,
  worklistCountsSchema,
  worklistFilterSchema,
  worklistQuerySchema,
  worklistSchema,
} from './work-item-shapes.ts';

/** What somebody should look at, and what people say of it. */
export function worklistRoutes(app: AppContext): Hono<AppEnv> {
  const { store, clock, mspId } = app;
  return new Hono<AppEnv>()
    .get(
      '/worklist',
      route({
        summary: 'What is marked, differs, waits or is overdue, with both numbers and the events that prove it',
        tag: 'worklist',
        query: worklistQuerySchema,
        answer: worklistSchema,
      }),
      requires('read'),
      async (c) => {
        const query = parseRequest(worklistQuerySchema, c.req.query());
        return c.json(await withFreshness(app, () => readWorklist(store, query, { mspId, nowMs: clock.now() })));
      },
    )
    .get(
      '/worklist/counts',
      route({
        summary: 'How many work items of each kind there are',
        tag: 'worklist',
        query: worklistFilterSchema,
        answer: worklistCountsSchema,
      }),
      requires('read'),
      async (c) => {
        const filter = parseRequest(worklistFilterSchema, c.req.query());
        const about = { mspId, nowMs: clock.now() };
        return c.json(await withFreshness(app, async () => ({ kinds: await countWorklist(store, filter, about) })));
      },
    )
    .get(
      '/worklist/:id',
      route({ summary: 'One work item', tag: 'worklist', answer: workItemSchema }),
      requires('read'),
      async (c) => c.json(await readWorkItem(store, c.req.param('id'), clock.now())),
    )
    .patch(
      '/worklist/:id',
      route({
        summary: 'Settle a work item, open it again, assign it, note something about it',
        tag: 'worklist',
        body: workNoteSchema,
        answer: workItemSchema,
      }),
      async (c) => {
        const { name } = demand(c, 'work');
        const changes = await readJson(c, workNoteSchema, httpLimits.maxJsonBytes);
        const nowMs = clock.now();
        await noteWorkItem(store, c.req.param('id'), changes, { name, nowMs });
        return c.json(await readWorkItem(store, c.req.param('id'), nowMs));
      },
    );
}
