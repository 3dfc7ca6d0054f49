import { Hono } from 'hono';
import { expect, test } from 'vitest';
import type { AppEnv } from './app-context.ts';
import { noRoute } from './known-methods.ts';

const routes = new Hono<AppEnv>()
  .use('*', (_, next) => next())
  .get('/', (c) => c.text(''))
  .get('/lots/:gtin/:lot', (c) => c.text(''))
  .options('/lots/:gtin/:lot', (c) => c.text(''))
  .delete('/lots/:gtin/:lot', (c) => c.text(''))
  .post('/lots/held', (c) => c.text(''))
  .get('/page/*', (c) => c.text(''));

test.each([
  ['/', ['GET', 'HEAD']],
  ['/lots/1/2', ['DELETE', 'GET', 'HEAD', 'OPTIONS']],
  ['/lots/1/a%2Fb', ['DELETE', 'GET', 'HEAD', 'OPTIONS']],
  ['/lots/held', ['POST']],
])('%s takes %j', (path, allow) => {
  expect(noRoute(routes)(path)).toMatchObject({ code: 'method-not-allowed', details: { allow } });
  expect(noRoute(routes, '/api')(`/api${path}`)).toMatchObject({ details: { allow } });
});

test.each(['/lots', '/lots/1', '/lots/1/2/3', '/page/x'])('%s is not there', (path) => {
  expect(noRoute(routes)(path)).toMatchObject({ code: 'not-found' });
});
