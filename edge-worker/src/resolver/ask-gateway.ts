import { concat } from '@hopline/protocol';
import { targetPath } from '@hopline/protocol/resolver';
import { EdgeError } from '../error.ts';
import type { Answer } from './kept-answers.ts';
import { resolverLimits } from './limits.ts';
import type { OwnGateway } from './own-gateways.ts';

/** A request to a Digital Link, as it goes on to a gateway. */
export interface Question {
  /** Path and query, as they came. */
  readonly path: string;
  readonly accept: string;
  /** The asker's own credentials for the gateway; the node's token is never used for others. */
  readonly authorization: string | null;
  /** Whom the gateway should count, where it trusts this proxy. */
  readonly address: string | null;
}

/** Headers that an answer keeps on its way. */
const passedHeaders = [
  'cache-control',
  'content-language',
  'content-security-policy',
  'content-type',
  'hopline-as-of',
  'link',
  'location',
  'retry-after',
  'vary',
  'www-authenticate',
] as const;

/**
 * Asks a gateway, and follows a redirect to what the gateway itself answers, at the address by which the edge knows it: so
 * whoever reaches the edge only gets the data too. Other redirects, as to pages, are the asker's to follow.
 *
 * @throws EdgeError `gateway-unreachable` where there is no answer, or one of a gateway that is out of order
 */
export async function askGateway(gateway: OwnGateway, question: Question): Promise<Answer> {
  const first = await ask(gateway, question.path, question);
  const target = first.status === 307 ? ownTarget(first.headers.location) : null;
  if (target === null) return first;
  const answer = await ask(gateway, target, question);
  const location = first.headers.location ?? '';
  return answer.status === 200 ? { ...answer, headers: { ...answer.headers, 'content-location': location } } : answer;
}

/** Path and query of a redirect to a target of the resolver's own; of its host nothing is believed. */
function ownTarget(location: string | undefined): string | null {
  const url = location === undefined ? null : URL.parse(location);
  return url?.pathname.startsWith(`${targetPath}/`) ? url.pathname + url.search : null;
}

async function ask(gateway: OwnGateway, path: string, question: Question): Promise<Answer> {
  const { mspId } = gateway;
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), resolverLimits.gatewayTimeoutMs);
  try {
    const response = await fetch(gateway.url + path, {
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept: question.accept,
        ...(question.authorization !== null && { authorization: question.authorization }),
        ...(question.address !== null && { 'x-forwarded-for': question.address }),
      },
    });
    const headers: Record<string, string> = {};
    for (const name of passedHeaders) {
      const value = response.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    // 503 of a gateway says itself what is the matter; another 5xx is one that is out of order.
    if (response.status >= 500 && response.status !== 503) {
      await response.body?.cancel();
      throw new EdgeError('gateway-unreachable', 'the gateway is out of order', { mspId, status: response.status });
    }
    return { status: response.status, headers, body: await readBytes(response) };
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause;
    throw new EdgeError('gateway-unreachable', 'the gateway cannot be reached', { mspId }, { cause });
  } finally {
    clearTimeout(timer);
  }
}

async function readBytes(response: Response) {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > resolverLimits.maxAnswerBytes) {
      throw new EdgeError('gateway-answer-malformed', 'the answer is too large', { length });
    }
    parts.push(part);
  }
  return concat(...parts);
}
