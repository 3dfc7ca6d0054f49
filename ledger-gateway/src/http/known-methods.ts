import type { Hono } from 'hono';
import { TrieRouter } from 'hono/router/trie-router';
import { GatewayError } from '../gateway-error.ts';
import type { AppEnv } from './app-context.ts';

/**
 * What a request gets that no route takes: 405 where the address is known for other methods (RFC 9110, section 15.5.6), else
 * 404. Routes that take every address below theirs say nothing of one address, and are left aside.
 * @param routes looked at with the first such request, when all of them are there
 * @param base what stands in front of the routes' paths
 */
export function noRoute(routes: Pick<Hono<AppEnv>, 'routes'>, base = ''): (path: string) => GatewayError {
  let router: TrieRouter<string> | null = null;
  return (path) => {
    router ??= methodsByPath(routes);
    const [found] = router.match('ALL', path.slice(base.length) || '/');
    const methods = new Set(found.map(([method]) => method));
    if (methods.size === 0) return new GatewayError('not-found', 'there is nothing at this address');
    if (methods.has('GET')) methods.add('HEAD');
    const allow = [...methods].sort();
    return new GatewayError('method-not-allowed', 'this address does not take this method', { allow });
  };
}

function methodsByPath({ routes }: Pick<Hono<AppEnv>, 'routes'>): TrieRouter<string> {
  const router = new TrieRouter<string>();
  for (const { method, path } of routes) {
    if (method !== 'ALL' && !path.endsWith('*')) router.add('ALL', path, method);
  }
  return router;
}
