// The certificate library's own dependency needs it, before that is loaded.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { afterEach, expect, test } from 'vitest';
import { startReceiver, type WebhookReceiver } from '../testing/webhook-receiver.ts';
import { systemResolve } from './address-guard.ts';
import { notifyLimits } from './limits.ts';
import { postWebhook, retryAfterMs } from './post-webhook.ts';
import { newWebhookSecret } from './webhook-secret.ts';

/** One attempt at a time, against real servers. */
let receiver: WebhookReceiver | undefined;
const secrets = [newWebhookSecret(randomBytes)];
const never = new AbortController().signal;
const atMs = Date.now();

afterEach(async () => {
  await receiver?.stop();
  receiver = undefined;
});

const noticeTo = (url: string) => ({ id: 'n-1', url, body: '{}', secrets });

/** A certificate for `localhost`, signed by itself. */
async function selfSigned(): Promise<{ key: string; cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=localhost',
    keys,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true),
      new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`, cert: cert.toString('pem') };
}

test('the connection goes to the address that was checked, whatever the name means a moment later', async () => {
  receiver = await startReceiver();
  const { port } = new URL(receiver.url);
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return [{ address: '127.0.0.1', family: 4 as const }];
  };
  // No resolver knows this name (RFC 6761 §6.4): a second lookup would fail.
  const url = `http://hooks.invalid:${port}/`;
  const outcome = await postWebhook(noticeTo(url), atMs, { allowPrivate: true, resolve }, never);
  expect(outcome).toMatchObject({ kind: 'delivered' });
  expect(asked).toEqual(['hooks.invalid']);
  expect(receiver.received[0]?.headers.host).toBe(`hooks.invalid:${port}`);
});

test('over TLS the certificate must be of the name, by an authority that is trusted', async () => {
  const tls = await selfSigned();
  receiver = await startReceiver(tls);
  const trusting = { allowPrivate: true, resolve: systemResolve, ca: tls.cert };
  expect(await postWebhook(noticeTo(receiver.url), atMs, trusting, never)).toMatchObject({ kind: 'delivered' });
  const { port } = new URL(receiver.url);
  const byAddress = await postWebhook(noticeTo(`https://127.0.0.1:${port}/`), atMs, trusting, never);
  expect(byAddress).toMatchObject({ kind: 'retry', attempt: { answer: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
  const doubtful = await postWebhook(noticeTo(receiver.url), atMs, { ...trusting, ca: undefined }, never);
  expect(doubtful).toMatchObject({ kind: 'retry', attempt: { status: null } });
  expect(receiver.received).toHaveLength(1);
});

test('a receiver that never answers is given up when the time is over', async () => {
  receiver = await startReceiver();
  receiver.otherwise = () => undefined;
  const over = new AbortController();
  const options = { allowPrivate: true, resolve: systemResolve };
  const pending = postWebhook(noticeTo(receiver.url), atMs, options, over.signal);
  await expect.poll(() => receiver?.received.length).toBe(1);
  over.abort(new Error('time-out'));
  expect(await pending).toMatchObject({ kind: 'retry', attempt: { status: null, answer: 'no answer in time' } });
});

test('a name that nobody knows is tried again, secrets that do not open are not', async () => {
  const options = { allowPrivate: false, resolve: systemResolve };
  expect(await postWebhook(noticeTo('https://hooks.invalid/'), atMs, options, never)).toMatchObject({ kind: 'retry' });
  const unreadable = { ...noticeTo('https://hooks.invalid/'), secrets: null };
  expect(await postWebhook(unreadable, atMs, options, never)).toMatchObject({ kind: 'final', reason: 'unreadable' });
});

test.each([
  [undefined, null],
  ['120', 120_000],
  ['0', 0],
  [new Date(atMs + 60_000).toUTCString(), Math.floor((atMs + 60_000) / 1000) * 1000 - atMs],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 0],
  ['999999999', notifyLimits.maxRetryAfterMs],
  ['soon', null],
])('Retry-After: %s', (value, expected) => {
  expect(retryAfterMs(value, atMs)).toBe(expected);
});
