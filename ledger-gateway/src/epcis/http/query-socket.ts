import type { Context } from 'hono';
import { GatewayError } from '../../gateway-error.ts';
import type { AppContext, AppEnv } from '../../http/app-context.ts';
import { demand, mayStill } from '../../http/authenticate.ts';
import { type SocketEnd, type TellingSocket, tellingSocket } from '../../http/socket.ts';
import type { UpgradeBindings, UpgradeOffer } from '../../http/upgrade.ts';
import { epcisLimits } from '../limits.ts';
import { namedQuery } from '../query/query-store.ts';
import { readPage } from '../query/read-page.ts';
import { beginAt } from '../socket/begin-at.ts';
import type { SocketPlace } from '../socket/query-sockets.ts';
import { type SocketSubscription, tellSocket } from '../socket/tell-socket.ts';
import { controlAmong, controlsOfUrl } from '../subscription/controls.ts';
import { standing } from '../subscription/standing-query.ts';
import { versionHeaders } from './discovery.ts';
import { demandCbvFormat, demandVersions, epcFormat } from './negotiate.ts';

/** Addresses, with their queries, at which a WebSocket may be asked for. */
export const querySocketPaths = /^\/epcis\/queries\/[^/?]+\/events(\?|$)/;

/**
 * What a request for a named query's events offers: a WebSocket, or `null`.
 * @throws GatewayError `subscription-controls` where it asks for a subscription and offers none
 */
export function socketOffer(c: Context<AppEnv>): UpgradeOffer | null {
  const offer = (c.env as UpgradeBindings | undefined)?.upgrade;
  if (offer !== undefined) return offer;
  const parameter = controlAmong(new URL(c.req.url).searchParams);
  if (parameter === null) return null;
  throw new GatewayError('subscription-controls', 'a subscription by address is a WebSocket: send Upgrade: websocket', {
    parameter,
  });
}

/** Tells a WebSocket what a named query finds. All refusals come before the handshake. */
export async function openQuerySocket(
  app: AppContext,
  c: Context<AppEnv>,
  name: string,
  offer: UpgradeOffer,
): Promise<Response> {
  const caller = demand(c, 'read');
  demandOwnPage(app, c, caller.kind);
  // What is captured from now on begins at the end of the projection, so it has to have one.
  if (!app.caughtUp()) throw new GatewayError('projection-stale', 'the events are not all read yet');
  const place = app.epcis.sockets.take(name, `${caller.kind} ${caller.id}`);
  try {
    const subscription = await subscriptionOf(app, c, name);
    const headers = { ...versionHeaders, 'GS1-Query-Min-Record-Time': subscription.minRecordTime };
    void offer
      .accept(headers)
      .then((ws) => ws && serve(app, c, subscription, tellingSocket(ws, app.clock), place))
      .catch((error: unknown) => app.log.error({ err: error, query: name }, 'a socket failed'))
      .finally(() => place.release());
    // Not sent: the handshake takes its place.
    return c.body(null, 204);
  } catch (error) {
    place.release();
    throw error;
  }
}

async function subscriptionOf(
  app: AppContext,
  c: Context<AppEnv>,
  name: string,
): Promise<SocketSubscription & { readonly minRecordTime: string }> {
  demandVersions(c);
  demandCbvFormat(c);
  const format = epcFormat(c);
  const search = new URL(c.req.url).searchParams;
  const nowMs = app.clock.now();
  const { initialRecordMs: wanted, ...controls } = controlsOfUrl(search, nowMs);
  const { perPage, token } = readPage(search);
  if (token !== undefined) {
    throw new GatewayError('subscription-controls', 'a socket has no pages: begin with initialRecordTime', {
      parameter: 'nextPageToken',
    });
  }
  const { query } = await namedQuery(app.store, name);
  const { position, initialRecordMs } = await beginAt(app.store, wanted, nowMs);
  return {
    ...controls,
    queryName: name,
    query: standing(query, initialRecordMs),
    format,
    perReport: Math.min(search.has('perPage') ? perPage : epcisLimits.maxReportEvents, epcisLimits.maxReportEvents),
    position,
    minRecordTime: new Date(wanted ?? nowMs).toISOString(),
  };
}

async function serve(
  app: AppContext,
  c: Context<AppEnv>,
  subscription: SocketSubscription,
  socket: TellingSocket,
  place: SocketPlace,
): Promise<void> {
  const ending = new AbortController();
  const until = AbortSignal.any([ending.signal, place.ended, socket.closed]);
  const fail = (error: unknown) => {
    if (until.aborted) return;
    app.log.warn({ err: error, query: subscription.queryName }, 'a socket could not be told any more');
    ending.abort({ code: 1011, reason: 'something went wrong here: come again' } satisfies SocketEnd);
  };
  const { store, clock, publicUrl } = app;
  const work = Promise.all([
    tellSocket({ store, clock, news: app.epcis.news, publicUrl }, subscription, socket, until).catch(fail),
    watchCaller(app, c, ending, until).catch(fail),
  ]);
  await given(until);
  const end = place.ended.aborted ? place.ended.reason : ending.signal.reason;
  // Before the work has ended: it may wait for a reader that takes nothing, and whom only this cuts off.
  await socket.end((end as SocketEnd | undefined) ?? { code: 1000, reason: '' });
  await work;
}

function given(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A socket outlives a request, and must not outlive the right to it: a key that is revoked, a token that has run out. */
async function watchCaller(
  app: AppContext,
  c: Context<AppEnv>,
  ending: AbortController,
  until: AbortSignal,
): Promise<void> {
  while (!until.aborted) {
    await app.clock.sleep(epcisLimits.socketRecheckMs, until);
    if (until.aborted || (await mayStill(app, c, 'read'))) continue;
    ending.abort({ code: 1008, reason: 'the credentials are not valid any more' } satisfies SocketEnd);
  }
}

/** A browser sends its session along from any page, and asks nobody before it opens a WebSocket: the page has to be ours. */
function demandOwnPage({ publicUrl }: AppContext, c: Context<AppEnv>, kind: 'key' | 'oidc' | 'session'): void {
  if (kind !== 'session') return;
  const origin = c.req.header('origin');
  const own = [publicUrl(), c.req.url].map((address) => new URL(address).origin);
  if (origin !== undefined && own.includes(origin)) return;
  throw new GatewayError('forbidden', 'a request of another site', { origin: origin ?? null });
}
