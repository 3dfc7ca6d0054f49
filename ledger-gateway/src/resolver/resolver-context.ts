import type { Resolvable, ResolverSite } from '@hopline/protocol/resolver';
import type { Context, MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { isAllowed } from '../auth/caller.ts';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { RateLimit } from '../http/rate-limit.ts';
import { asOfHeader } from './as-of-header.ts';
import { resolverLimits } from './limits.ts';

/** Pages of any site may ask (GS1-Conformant Resolver, section 2.2). No cookie is used for them: `*` excludes those. */
export function openToAllOrigins(): MiddlewareHandler<AppEnv> {
  return cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'OPTIONS'],
    allowHeaders: ['Accept', 'Accept-Language', 'Authorization'],
    exposeHeaders: ['Link', 'Location', 'Retry-After', asOfHeader],
    maxAge: resolverLimits.preflightSeconds,
  });
}

/** Where this gateway's links lead. */
export function siteOf(app: AppContext): ResolverSite {
  return { origin: app.publicUrl().replace(/\/+$/, ''), hasPages: app.consoleFolder !== null };
}

/** Whether anybody may know that a thing is known: lots and products, since their public fields are. */
export function isPublic({ kind }: Resolvable): boolean {
  return kind === 'gtin' || kind === 'lgtin' || kind === 'sgtin';
}

/** Decides who may ask for what, and how often. */
export interface Gate {
  /**
   * Whether the caller may read everything; strangers are counted.
   * @throws GatewayError `unauthenticated` or `forbidden` where the thing is not public, `rate-limited`
   */
  admit(c: Context<AppEnv>, identifier: Resolvable): boolean;
}

export function createGate(app: AppContext): Gate {
  const { burstAnonymous, anonymousPerSecond } = resolverLimits;
  const strangers = new RateLimit(app.clock, burstAnonymous, anonymousPerSecond);
  return {
    admit(c, identifier) {
      const caller = c.get('caller');
      if (caller !== null && isAllowed(caller, 'read')) return true;
      strangers.take(c.get('address'));
      if (isPublic(identifier)) return false;
      const what = identifier.kind === 'sscc' ? 'a logistic unit' : 'a place';
      if (caller !== null) throw new GatewayError('forbidden', `your roles do not let you read of ${what}`);
      throw new GatewayError('unauthenticated', `what is known of ${what} needs credentials: an API key or a token`);
    },
  };
}

/** `Cache-Control` of an answer that may be kept for a short time: only what a stranger may see, and only when it is fresh. */
export function shortTime(mayRead: boolean, stale: boolean): string {
  return mayRead || stale ? 'private, no-store' : `public, max-age=${resolverLimits.cacheSeconds}`;
}
