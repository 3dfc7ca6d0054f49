import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { type Address, guardUrl, type Resolve } from './address-guard.ts';
import { notifyLimits } from './limits.ts';
import type { Attempt } from './notice.ts';
import type { QueuedNotice } from './outbox.ts';
import type { Outcome } from './schedule.ts';
import { shownAnswer } from './shown-answer.ts';
import { webhookHeaders } from './sign-webhook.ts';
import { untilAborted } from './until-aborted.ts';

export interface WebhookOptions {
  readonly allowPrivate: boolean;
  readonly resolve: Resolve;
  /** Certificates of authorities to trust instead of the usual ones (PEM). */
  readonly ca?: string | undefined;
}

/** Answers that ask for rest (Standard Webhooks, "Delivery success and failure"; RFC 9110 §15.6.4 for 503). */
const throttling = new Set([429, 502, 503, 504]);

/**
 * Makes one attempt to deliver a webhook. It never throws: what goes wrong is an outcome. Redirects are not followed, and
 * only the addresses that were checked are connected to.
 *
 * @param atMs time of the attempt, which is signed
 */
export async function postWebhook(
  notice: Pick<QueuedNotice, 'id' | 'url' | 'body' | 'secrets'> & { readonly type?: string },
  atMs: number,
  options: WebhookOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const url = new URL(notice.url ?? '');
  const body = notice.body ?? '';
  const failed = (answer: string): Attempt => ({ atMs, status: null, answer: shownAnswer(answer) });
  if (notice.secrets === null) {
    return { kind: 'final', reason: 'unreadable', attempt: failed('its secrets do not open with this key') };
  }
  try {
    const guarded = await untilAborted(guardUrl(url, options), signal);
    if (guarded.kind === 'address-refused') {
      const attempt = failed(`${url.hostname} is ${guarded.address}, which is not a public address`);
      return { kind: 'final', reason: 'address-refused', attempt };
    }
    if (guarded.kind === 'insecure') {
      return { kind: 'final', reason: 'insecure', attempt: failed('plain HTTP to a public address') };
    }
    const signed = webhookHeaders(notice.id, atMs, body, notice.secrets);
    const headers = {
      ...signed,
      // Where EPCIS 2.0 wants the signature of a report; how it is made is left to the repository.
      ...(notice.type?.startsWith('epcis.') ? { 'gs1-signature': signed['webhook-signature'] } : {}),
      'content-type': contentType(body),
      'content-length': String(Buffer.byteLength(body)),
      accept: 'application/json, */*;q=0.1',
      'user-agent': 'Hopline (Standard Webhooks 1.0)',
    };
    const answer = await post(url, { headers, signal, lookup: only(guarded.addresses), ca: options.ca }, body);
    return judge(answer, atMs);
  } catch (error) {
    return { kind: 'retry', pause: null, attempt: failed(describe(error, signal)) };
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | undefined;
}

function judge({ status, text, retryAfter }: Answer, atMs: number): Outcome {
  const attempt: Attempt = { atMs, status, answer: shownAnswer(text) };
  if (status >= 200 && status < 300) return { kind: 'delivered', attempt };
  if (status === 410) return { kind: 'final', reason: 'gone', attempt };
  const askedMs = retryAfterMs(retryAfter, atMs);
  const forMs = askedMs ?? (throttling.has(status) ? notifyLimits.throttleMs : null);
  return { kind: 'retry', attempt, pause: forMs === null ? null : { forMs } };
}

/** `Retry-After` (RFC 9110 §10.2.3), in seconds or as a date; `null` where there is none that can be read. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | null {
  if (value === undefined) return null;
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(0, waitMs), notifyLimits.maxRetryAfterMs);
}

function post(url: URL, options: RequestOptions & { ca: string | undefined }, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own, closed afterwards: one that is kept could have been made by another lookup.
    const sent = request(url, { ...options, method: 'POST', agent: false }, (response) => {
      readStart(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, text, retryAfter: response.headers['retry-after'] }),
        reject,
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The beginning of an answer; whoever sends more is cut off, which changes nothing about the status. */
async function readStart(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= notifyLimits.maxAnswerBytes) break;
  }
  response.destroy();
  return Buffer.concat(parts).toString('utf8');
}

/** A lookup that knows these addresses and asks nobody. */
function only(addresses: readonly Address[]): LookupFunction {
  return (_host, { all }, done) => {
    const [first] = addresses;
    if (!first) return done(new Error('no address'), '', 0);
    if (all) return done(null, [...addresses]);
    done(null, first.address, first.family);
  };
}

/** A CloudEvent says by its `specversion` that it is one (CloudEvents 1.0, JSON format §3). */
function contentType(body: string): string {
  return /^\{"specversion":|,"specversion":/.test(body.slice(0, 2_000))
    ? 'application/cloudevents+json'
    : 'application/json';
}

function describe(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time';
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : 'the delivery failed';
}
