import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { GatewayError } from '../gateway-error.ts';
import { type FeedCursor, feedAfter, feedEnd, formatCursor, parseCursor } from '../query/feed.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { requires } from './authenticate.ts';
import { httpLimits } from './limits.ts';
import { route } from './route.ts';

/**
 * Live updates as server-sent events: `block` for each applied block with its batches and events, `alert` for each alert.
 * Every one has an id; with `Last-Event-ID` a listener goes on from where it was. The first message, `hello`, has the id
 * of where the stream begins.
 */
export function eventsRoute(app: AppContext, streams: { open: number }, signal: AbortSignal): Hono<AppEnv> {
  return new Hono<AppEnv>().get(
    '/events',
    route({ summary: 'Live updates (server-sent events)', tag: 'events', answerType: 'text/event-stream' }),
    requires('read'),
    async (c) => {
      if (streams.open >= httpLimits.maxEventStreams) {
        throw new GatewayError('rate-limited', 'too many streams are open', {}, { retryAfterMs: 5_000 });
      }
      const asked = c.req.header('last-event-id') ?? c.req.query('lastEventId');
      let cursor: FeedCursor = parseCursor(asked) ?? (await feedEnd(app.store));
      c.header('x-accel-buffering', 'no');
      return streamSSE(c, async (stream) => {
        streams.open++;
        const ended = new AbortController();
        stream.onAbort(() => ended.abort());
        const until = AbortSignal.any([ended.signal, signal]);
        try {
          await stream.writeSSE({ event: 'hello', id: formatCursor(cursor), data: JSON.stringify(cursor) });
          while (!until.aborted) {
            const { version } = app.live;
            for (const { kind, id, data } of await feedAfter(app.store, cursor)) {
              await stream.writeSSE({ event: kind, id, data: JSON.stringify(data) });
              cursor = parseCursor(id) ?? cursor;
            }
            await waitOrBeat(app, version, until, () => stream.writeSSE({ event: 'beat', data: '' }));
          }
        } finally {
          streams.open--;
        }
      });
    },
  );
}

/** Waits for news; where none come for a while, a beat tells both ends that the connection lives. */
async function waitOrBeat(
  app: AppContext,
  version: number,
  until: AbortSignal,
  beat: () => Promise<unknown>,
): Promise<void> {
  const waiting = new AbortController();
  const both = AbortSignal.any([waiting.signal, until]);
  await Promise.race([app.live.changed(version, both), app.clock.sleep(httpLimits.eventHeartbeatMs, both)]);
  waiting.abort();
  if (app.live.version === version && !until.aborted) await beat();
}
