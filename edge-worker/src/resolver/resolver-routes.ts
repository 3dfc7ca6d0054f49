import {
  askedLinkType,
  descriptionPath,
  isResolverPath,
  linksetMediaType,
  parseResolvable,
  preferredType,
  resolverDescription,
} from '@hopline/protocol/resolver';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Clock } from '../clock.ts';
import { type Env, nodesOf } from '../env.ts';
import { EdgeError } from '../error.ts';
import { HttpProblem, problemResponse } from '../http/http-problem.ts';
import { errorFields, log } from '../log.ts';
import { askGateway, type Question } from './ask-gateway.ts';
import { type Answer, KeptAnswers } from './kept-answers.ts';
import { resolverLimits } from './limits.ts';
import { type OwnGateway, ownGateways } from './own-gateways.ts';

type WorkerEnv = { Bindings: Env };

const offered = ['text/html', 'application/ld+json', linksetMediaType, 'application/json'] as const;
/** Forms of a linkset that is asked for by name: a page for who prefers one. */
const linksetForms = [linksetMediaType, 'application/ld+json', 'application/json', 'text/html'] as const;

/**
 * GS1 Digital Links at the edge: the own organisation's gateway is asked, what it lets others keep is kept for a short time,
 * and where it is away that is said. A recall status is never kept.
 */
export function resolverRoutes(clock: Pick<Clock, 'nowMs'>): Hono<WorkerEnv> {
  const kept = new KeptAnswers();
  let underWay = 0;
  const open = cors({
    origin: '*',
    allowMethods: ['GET', 'HEAD', 'OPTIONS'],
    allowHeaders: ['Accept', 'Accept-Language', 'Authorization'],
    exposeHeaders: ['Age', 'Content-Location', 'Link', 'Location', 'Retry-After', 'Hopline-As-Of'],
    maxAge: resolverLimits.preflightSeconds,
  });
  return new Hono<WorkerEnv>()
    .get(descriptionPath, open, (c) => {
      const [own] = ownGateways(nodesOf(c.env));
      return c.json(resolverDescription(`Edge of ${own?.mspId ?? 'nobody'}`, new URL(c.req.url).origin));
    })
    .on(['GET', 'OPTIONS'], '*', async (c, next) => {
      if (!isResolverPath(c.req.path)) return next();
      return open(c, async () => {
        // Not left to `onError`: where one handler is all that a request meets, hono answers without the headers set so far.
        c.res = await resolve(c).catch(problemResponse);
      });
    });

  async function resolve(c: Context<WorkerEnv>): Promise<Response> {
    // What is wrong with a link needs no gateway to be said.
    parseResolvable(c.req.path);
    const question = questionOf(c);
    const key = question.authorization === null ? `${question.accept} ${question.path}` : null;
    const before = key === null ? null : kept.get(key, clock.nowMs());
    if (before) return toResponse(before);
    if (underWay >= resolverLimits.maxUnderWay) throw new HttpProblem('rate-limited', 429, 'too many requests');
    underWay++;
    const answer = await askInTurn(ownGateways(nodesOf(c.env)), question).finally(() => {
      underWay--;
    });
    if (key !== null && mayBeKept(c, answer)) kept.put(key, answer, clock.nowMs());
    return toResponse(answer);
  }
}

/**
 * Accepted forms come down to one, so that browsers of all kinds ask the same. A page is where the default link leads; that of a
 * linkset is the gateway's.
 */
function questionOf(c: Context<WorkerEnv>): Question {
  const { pathname, search } = new URL(c.req.url);
  if (search.length > resolverLimits.maxQueryChars) {
    throw new HttpProblem('too-large', 413, 'the query is too long', { maxChars: resolverLimits.maxQueryChars });
  }
  const accept = c.req.header('accept');
  const linkType = c.req.query('linkType');
  const isLinkset = linkType !== undefined && askedLinkType(linkType).kind === 'linkset';
  const type = preferredType(accept, isLinkset ? linksetForms : offered);
  // A link type decides by itself what comes; what it leads to may be in any form.
  if (type === null && linkType === undefined) {
    throw new HttpProblem('not-acceptable', 406, 'this can be had as', { offered });
  }
  return {
    path: pathname + search,
    accept: type === null || (type === 'text/html' && !isLinkset) ? '*/*' : type,
    authorization: c.req.header('authorization') ?? null,
    address: c.req.header('cf-connecting-ip') ?? null,
  };
}

/** A recall counts from the block on that opens it: neither its status nor the way to it is kept, whatever a gateway says. */
function mayBeKept(c: Context<WorkerEnv>, answer: Answer): boolean {
  const linkType = c.req.query('linkType') ?? '';
  return (answer.status === 200 || answer.status === 307) && !/recallStatus/i.test(linkType);
}

/** The first gateway that knows of it answers; one that is away lets the next one speak, but no other's "unknown" count. */
async function askInTurn(gateways: readonly OwnGateway[], question: Question): Promise<Answer> {
  let unknown: Answer | null = null;
  let failure: unknown = null;
  for (const gateway of gateways) {
    try {
      const answer = await askGateway(gateway, question);
      if (answer.status !== 404) return answer;
      unknown ??= answer;
    } catch (error) {
      if (!(error instanceof EdgeError)) throw error;
      log('warn', 'gateway-asked-in-vain', errorFields(error));
      failure = error;
    }
  }
  if (unknown && failure === null) return unknown;
  const { retryAfterSeconds } = resolverLimits;
  throw new HttpProblem(
    'gateway-unreachable',
    503,
    'the gateway of this edge cannot be reached, so nothing can be said of this now',
    {},
    { retryAfterSeconds },
  );
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(status === 307 ? null : body, { status, headers });
}
