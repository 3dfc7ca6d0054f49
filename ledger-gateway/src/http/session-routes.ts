import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { roleSchema } from '../auth/caller.ts';
import { closeSession, openSession, sessionCookie, sessionLifeMs } from '../auth/sessions.ts';
import { GatewayError } from '../gateway-error.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { httpLimits } from './limits.ts';
import { RateLimit } from './rate-limit.ts';
import { readJson } from './read-body.ts';
import { route } from './route.ts';

const callerSchema = z.object({
  kind: z.enum(['key', 'oidc', 'session']),
  id: z.string(),
  name: z.string(),
  roles: z.array(roleSchema),
});

/** Sign-in of the console: an API key is exchanged for a cookie that scripts can't read and other sites can't use. */
export function sessionRoutes(app: AppContext): Hono<AppEnv> {
  const failures = new RateLimit(app.clock, httpLimits.burstFailures, httpLimits.failuresPerSecond);
  const secure = () => app.publicUrl().startsWith('https:');
  return new Hono<AppEnv>()
    .post(
      '/session',
      route({
        summary: 'Sign in with an API key',
        tag: 'session',
        body: z.object({ key: z.string() }),
        answer: callerSchema,
      }),
      async (c) => {
        const { key } = await readJson(c, z.strictObject({ key: z.string().max(200) }), httpLimits.maxJsonBytes);
        const session = await openSession(app.store, key, { nowMs: app.clock.now(), randomBytes: app.randomBytes });
        if (!session) {
          failures.take(c.get('address'));
          throw new GatewayError('unauthenticated', 'the key is not valid');
        }
        setCookie(c, sessionCookie, session.token, {
          httpOnly: true,
          sameSite: 'Strict',
          secure: secure(),
          path: '/',
          maxAge: sessionLifeMs / 1000,
        });
        return c.json({ ...session.caller, kind: 'session' });
      },
    )
    .get('/session', route({ summary: 'Who is signed in', tag: 'session', answer: callerSchema }), (c) => {
      const caller = c.get('caller');
      if (!caller) throw new GatewayError('unauthenticated', 'nobody is signed in');
      return c.json(caller);
    })
    .delete('/session', route({ summary: 'Sign out', tag: 'session' }), async (c) => {
      const token = getCookie(c, sessionCookie);
      if (token) await closeSession(app.store, token);
      deleteCookie(c, sessionCookie, { path: '/', secure: secure() });
      return c.body(null, 204);
    });
}
