import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { callerOfKey } from '../auth/api-keys.ts';
import { type Caller, isAllowed, type Permission } from '../auth/caller.ts';
import { callerOfSession, sessionCookie } from '../auth/sessions.ts';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { httpLimits } from './limits.ts';
import { RateLimit } from './rate-limit.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Finds out who asks: an API key or a token of the OpenID Connect issuer in `Authorization`, or a session's cookie.
 * Without credentials the caller is nobody; with wrong ones the request ends here. Also bounds how often one may ask.
 */
export function identifyCaller(app: AppContext): MiddlewareHandler<AppEnv> {
  const { clock } = app;
  const perCaller = new RateLimit(clock, httpLimits.burstRequests, httpLimits.requestsPerSecond);
  const perAddress = new RateLimit(clock, httpLimits.anonymousBurstRequests, httpLimits.anonymousRequestsPerSecond);
  const failures = new RateLimit(clock, httpLimits.burstFailures, httpLimits.failuresPerSecond);
  return async (c, next) => {
    const address = c.get('address');
    const shown = credentials(c);
    const caller = shown && (await callerOf(app, shown));
    if (shown && !caller) {
      // Only wrong credentials are slowed down: right ones from the same address are somebody else's.
      failures.take(address);
      // A browser's old session is not an attempt to get in: it counts as none, and the cookie is of no use any more.
      if (shown.kind !== 'session') throw new GatewayError('unauthenticated', 'the credentials are not valid');
    }
    if (caller) perCaller.take(`${caller.kind} ${caller.id}`);
    else perAddress.take(address);
    if (caller?.kind === 'session') refuseCrossSite(c);
    c.set('caller', caller);
    await next();
  };
}

/** The caller, who must be allowed to do this. Throws `unauthenticated` or `forbidden`. */
export function demand(c: Context<AppEnv>, permission: Permission): Caller {
  const caller = c.get('caller');
  if (!caller) throw new GatewayError('unauthenticated', 'this needs credentials');
  if (!isAllowed(caller, permission)) {
    throw new GatewayError('forbidden', 'your roles do not allow this', { permission, roles: caller.roles });
  }
  return caller;
}

/** A middleware that demands a permission. */
export function requires(permission: Permission): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    demand(c, permission);
    await next();
  };
}

/** Whether the credentials of a request that was answered before are still good for this. */
export async function mayStill(app: AppContext, c: Context<AppEnv>, permission: Permission): Promise<boolean> {
  const shown = credentials(c);
  const caller = shown && (await callerOf(app, shown));
  return caller !== null && isAllowed(caller, permission);
}

type Credentials = { readonly kind: 'key' | 'token' | 'session'; readonly text: string };

function credentials(c: Context<AppEnv>): Credentials | null {
  const bearer = bearerOf(c);
  if (bearer !== null) return { kind: bearer.startsWith('hk_') ? 'key' : 'token', text: bearer };
  const session = getCookie(c, sessionCookie);
  return session === undefined ? null : { kind: 'session', text: session };
}

/** The bearer token of a request (RFC 6750 §2.1); `null` where there is no `Authorization`. */
export function bearerOf(c: Context): string | null {
  const header = c.req.header('authorization');
  if (header === undefined) return null;
  return /^bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(header)?.[1] ?? '';
}

async function callerOf(app: AppContext, { kind, text }: Credentials): Promise<Caller | null> {
  switch (kind) {
    case 'key':
      return callerOfKey(app.store, text, app.clock.now());
    case 'session':
      return callerOfSession(app.store, text, app.clock.now());
    case 'token':
      return app.verifyToken ? app.verifyToken(text) : null;
  }
}

/** SameSite keeps other sites from using the cookie; where a browser says who started the request, that is looked at too. */
function refuseCrossSite(c: Context<AppEnv>): void {
  if (safeMethods.has(c.req.method)) return;
  const site = c.req.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new GatewayError('forbidden', 'a request of another site');
}
