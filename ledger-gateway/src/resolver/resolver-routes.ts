import {
  askedLinkType,
  contextHeader,
  descriptionPath,
  isResolverPath,
  type LinkContext,
  linkContext,
  linksetHeader,
  linksetMediaType,
  linksOfType,
  parseResolvable,
  preferredType,
  redirectTarget,
  resolverDescription,
  toLinkset,
  toLinksetLd,
} from '@hopline/protocol/resolver';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { z } from 'zod';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from '../http/app-context.ts';
import { freshnessNow } from '../http/freshness-now.ts';
import { route } from '../http/route.ts';
import { asOfHeader, formatAsOf } from './as-of-header.ts';
import { linksetPage, linksetPagePolicy } from './linkset-page.ts';
import { readLevels } from './read-levels.ts';
import { createGate, openToAllOrigins, shortTime, siteOf } from './resolver-context.ts';

const linkQuery = z.object({
  /** `linkset`, or a link type of the GS1 Web Vocabulary as CURIE (`gs1:recallStatus`) or URI. */
  linkType: z.string().max(300).optional(),
});
const linksetSchema = z.object({ linkset: z.array(z.record(z.string(), z.unknown())) });
const descriptionSchema = z.looseObject({ resolverRoot: z.string(), supportedPrimaryKeys: z.array(z.string()) });

const jsonTypes = ['application/ld+json', linksetMediaType, 'application/json'] as const;
const allTypes = ['text/html', ...jsonTypes] as const;
const varies = 'accept, authorization, cookie';

/** Links that the OpenAPI document shows; any other Digital Link of these keys is answered too. */
const describedPaths = [
  '/01/:gtin',
  '/01/:gtin/10/:lot',
  '/01/:gtin/10/:lot/21/:serial',
  '/01/:gtin/21/:serial',
  '/00/:sscc',
  '/414/:gln',
] as const;

/**
 * GS1 Digital Links, resolved as the GS1-Conformant Resolver standard (1.2) says: a redirect to the default link or to that of
 * a type, or the linkset; a browser gets the page at the very address (docs/decisions/0050).
 *
 * @param identify finds out who asks, and bounds how often
 */
export function resolverRoutes(app: AppContext, identify: MiddlewareHandler<AppEnv>): Hono<AppEnv> {
  const gate = createGate(app);
  const open = openToAllOrigins();
  const routes = new Hono<AppEnv>();
  for (const path of describedPaths) {
    routes.get(
      path,
      route({
        summary: 'Resolve a GS1 Digital Link: redirect (307) to a link, or its linkset (RFC 9264)',
        tag: 'digital-link',
        query: linkQuery,
        answer: linksetSchema,
        answerType: linksetMediaType,
        open: true,
      }),
    );
  }
  return routes
    .get(
      descriptionPath,
      open,
      route({
        summary: 'What this resolver resolves, by the GS1-Conformant Resolver standard',
        tag: 'digital-link',
        answer: descriptionSchema,
        open: true,
      }),
      (c) => {
        c.header('cache-control', shortTime(false, false));
        return c.json(resolverDescription(app.organisationName, siteOf(app).origin));
      },
    )
    .on(['GET', 'OPTIONS'], '*', async (c, next) => {
      if (!isResolverPath(c.req.path)) return next();
      return open(c, async () => {
        if (wantsPage(app, c)) return page(c, next);
        await identify(c, async () => {
          c.res = await resolve(c);
        });
      });
    });

  async function resolve(c: Context<AppEnv>): Promise<Response> {
    const identifier = parseResolvable(c.req.path);
    const mayRead = gate.admit(c, identifier);
    const fresh = freshnessNow(app);
    const contexts = (await readLevels(app.store, identifier)).map((facts) => linkContext(facts, siteOf(app)));
    const [finest] = contexts;
    if (!finest) throw new GatewayError('not-found', 'nothing is known here of what this link names', { ...fresh });
    const answer = decide(contexts, finest, c.req.query('linkType'), c.req.header('accept'));
    c.header('vary', varies);
    c.header('cache-control', shortTime(mayRead, fresh.stale));
    c.header(asOfHeader, formatAsOf(fresh));
    c.header('link', linksetHeader(finest.anchor));
    if (answer.kind === 'redirect') return c.redirect(redirectTarget(answer.link, new URL(c.req.url).search), 307);
    if (answer.type === 'text/html') {
      c.header('content-security-policy', linksetPagePolicy);
      return c.html(linksetPage(contexts));
    }
    c.header('link', contextHeader(), { append: true });
    const body = answer.type === 'application/ld+json' ? toLinksetLd(contexts) : toLinkset(contexts);
    return c.body(JSON.stringify(body), 200, { 'content-type': answer.type });
  }
}

type Decision =
  | { readonly kind: 'redirect'; readonly link: LinkContext['defaultLink'] }
  | { readonly kind: 'linkset'; readonly type: (typeof allTypes)[number] };

/**
 * What a request gets by its link type, or without one by the forms that it accepts.
 * @throws GatewayError `link-type-unavailable`, `not-acceptable`
 */
function decide(
  contexts: readonly LinkContext[],
  finest: LinkContext,
  linkType: string | undefined,
  accept: string | undefined,
): Decision {
  if (linkType !== undefined) {
    const asked = askedLinkType(linkType);
    if (asked.kind === 'linkset') {
      // Whoever asks for the set by name gets it: as a page in a browser, and as JSON whatever else is accepted.
      const type = preferredType(accept, [linksetMediaType, ...jsonTypes, 'text/html']);
      return { kind: 'linkset', type: type ?? 'application/json' };
    }
    const [link] = asked.kind === 'type' ? linksOfType(contexts, asked.type) : [];
    if (link) return { kind: 'redirect', link };
    const available = [...new Set(contexts.flatMap(({ links }) => links.map((each) => `gs1:${each.linkType}`)))];
    throw new GatewayError('link-type-unavailable', 'there is no link of this type', { linkType, available });
  }
  const type = preferredType(accept, allTypes);
  if (type === null) throw new GatewayError('not-acceptable', 'this can be had as', { offered: allTypes, accept });
  if (type === 'text/html') return { kind: 'redirect', link: finest.defaultLink };
  const [masterData] = type === 'application/ld+json' ? linksOfType(contexts, 'masterData') : [];
  return masterData ? { kind: 'redirect', link: masterData } : { kind: 'linkset', type };
}

/** Whether a browser asks, which names HTML, for nothing in particular. */
function wantsPage(app: AppContext, c: Context<AppEnv>): boolean {
  if (app.consoleFolder === null || c.req.query('linkType') !== undefined) return false;
  const accept = c.req.header('accept') ?? '';
  return /\btext\/html\b/i.test(accept) && preferredType(accept, allTypes) === 'text/html';
}

/** The page, from the routes behind this one. It finds out by itself what is known of the thing, wrong links included. */
async function page(c: Context<AppEnv>, next: () => Promise<void>): Promise<void> {
  await next();
  c.header('vary', varies);
  c.header('link', linksetHeader(new URL(c.req.url).pathname));
}
