import { Hono } from 'hono';
import { z } from 'zod';
import { found } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { requires } from '../../http/authenticate.ts';
import { route } from '../../http/route.ts';
import { epcisLimits } from '../limits.ts';
import { parseQuery } from '../query/parse-query.ts';
import { rawFromUrl } from '../query/raw-parameters.ts';
import { runQuery } from '../query/run-query.ts';
import { answerEvents, eventsResponse, readWishes } from './answer-events.ts';
import { discovery } from './discovery.ts';

/** The form of answers with events. */
export const queryDocumentSchema = z
  .looseObject({
    '@context': z.unknown(),
    type: z.literal('EPCISQueryDocument'),
    schemaVersion: z.literal('2.0'),
    epcisBody: z.looseObject({}),
  })
  .describe('EPCISQueryDocument of EPCIS 2.0');

/** Queries over all events, and single events by their id. */
export function eventRoutes(app: AppContext): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .options('/events', discovery(['GET', 'HEAD', 'POST'], true))
    .get(
      '/events',
      route({
        summary: 'Events that match a SimpleEventQuery, page by page',
        tag: 'epcis',
        answer: queryDocumentSchema,
        query: z.object({
          perPage: z.int().min(1).max(epcisLimits.maxPerPage).optional(),
          nextPageToken: z.string().optional(),
          eventType: z.string().optional(),
          GE_eventTime: z.string().optional(),
          LT_eventTime: z.string().optional(),
          EQ_bizStep: z.string().optional(),
          EQ_bizLocation: z.string().optional(),
          MATCH_anyEPC: z.string().optional(),
          MATCH_anyEPCClass: z.string().optional(),
          orderBy: z.string().optional(),
          orderDirection: z.enum(['ASC', 'DESC']).optional(),
        }),
      }),
      requires('read'),
      (c) => {
        const raw = rawFromUrl(new URL(c.req.url).searchParams, c.req.header('GS1-Extensions'));
        return answerEvents(app, c, parseQuery(raw));
      },
    )
    .options('/events/:eventID', discovery(['GET', 'HEAD']))
    .get(
      '/events/:eventID',
      route({
        summary: 'Events of an id: more than one where it was used twice, or where an error was declared',
        tag: 'epcis',
        answer: queryDocumentSchema,
      }),
      requires('read'),
      async (c) => {
        const wishes = readWishes(c);
        const id = c.req.param('eventID');
        const query = parseQuery({ parameters: new Map([['EQ_eventID', [id]]]), prefixes: new Map() });
        const page = await runQuery(app.store, query, { perPage: epcisLimits.maxPerPage, token: undefined });
        found(page.events[0], 'the event', { eventID: id });
        return eventsResponse(app, c, page, wishes);
      },
    );
}
