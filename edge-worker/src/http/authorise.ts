import { fromBase64Url, sha256, utf8 } from '@hopline/protocol';
import type { NodeConfig } from '@hopline/protocol/edge';
import type { MiddlewareHandler } from 'hono';
import { sameSecret } from '../registry/same-secret.ts';
import { HttpProblem } from './http-problem.ts';

const scheme = 'Bearer ';

/** Lets pass who brings a bearer token whose SHA-256 the node's configuration names (RFC 6750 §2.1). */
export function authorise(config: NodeConfig): MiddlewareHandler {
  return async (c, next) => {
    const header = c.req.header('authorization') ?? '';
    if (!header.startsWith(scheme)) throw new HttpProblem('unauthenticated', 401, 'a bearer token is needed');
    const digest = await sha256(utf8(header.slice(scheme.length)));
    // All are compared, so that the time does not tell which one it was.
    const matches = config.apiTokenDigests.filter((token) => sameSecret(fromBase64Url(token), digest));
    if (matches.length === 0) throw new HttpProblem('unauthenticated', 401, 'the bearer token is not known here');
    await next();
  };
}
