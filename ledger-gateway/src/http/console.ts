import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { GatewayError } from '../gateway-error.ts';
import type { AppEnv } from './app-context.ts';

/** Pages at GS1 Digital Link paths, as `/01/{gtin}/10/{lot}`, and at those of redirects to them. */
const digitalLink = /^(\/page)?\/(00|01|414)\//;

/**
 * The console's pages, as they were built. They load nothing from elsewhere, and the policy holds them to it. What has a
 * hash in its name never changes; any other address is a page of the console's own router.
 */
export function consolePages(folder: string): Hono<AppEnv> {
  return new Hono<AppEnv>()
    .use(
      secureHeaders({
        contentSecurityPolicy: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          styleSrc: ["'self'"],
          imgSrc: ["'self'"],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          manifestSrc: ["'self'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
        },
        xFrameOptions: 'DENY',
        referrerPolicy: 'no-referrer',
        strictTransportSecurity: false,
      }),
    )
    .use(
      serveStatic({
        root: folder,
        onFound: (path, c) => {
          const hashed = /\/assets\//.test(path);
          c.header('cache-control', hashed ? 'public, immutable, max-age=31536000' : 'no-cache');
        },
      }),
    )
    .get('*', async (c, next) => {
      // A file that is asked for by name and not there is missing; everything else is the page, a lot with a dot too.
      if (!digitalLink.test(c.req.path) && /\.[a-z0-9]{2,5}$/i.test(c.req.path))
        throw new GatewayError('not-found', 'there is no such file');
      return serveStatic<AppEnv>({ root: folder, path: 'index.html' })(c, next);
    });
}
