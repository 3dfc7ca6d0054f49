import { Hono } from 'hono';
import { z } from 'zod';
import { found } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { requires } from '../../http/authenticate.ts';
import { epcisLimits } from '../limits.ts';
import { parseQuery } from '../query/parse-query.ts';
import { rawFromUrl } from '../query/raw-parameters.ts';
import { runQuery } from '../query/run-query.ts';
import { answerEvents, eventsResponse, readWishes } from './answer-events.ts';
import { describe, openNames, queryParameters } from './describe.ts';
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
    .options('/events', ...discovery(['GET', 'HEAD', 'POST']))
    .get(
      '/events',
      describe({
        summary: 'Events that match a SimpleEventQuery, page by page',
        description: openNames,
        answer: queryDocumentSchema,
        query: queryParameters,
        takes: 'events',
        gives: 'page',
      }),
      requires('read'),
      (c) => {
        const raw = rawFromUrl(new URL(c.req.url).searchParams, c.req.header('GS1-Extensions'));
        return answerEvents(app, c, parseQuery(raw));
      },
    )
    .options('/events/:eventID', ...discovery(['GET', 'HEAD']))
    .get(
      '/events/:eventID',
      describe({
        summary: 'Events of an id: more than one where it was used twice, or where an error was declared',
        takes: 'form',
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
